import { createHash } from 'node:crypto';

/** An object's id by its content (gitformat: `<type> <size>\0<content>`), in the repository's own hash. */
export function objectId(type: string, content: Uint8Array, idLength: number): string {
  const hash = createHash(idLength === 64 ? 'sha256' : 'sha1');
  return hash.update(`${type} ${content.length}\0`).update(content).digest('hex');
}

/** What `git cat-file --batch` reads: one id a line. */
export function batchInput(ids: Iterable<string>): string {
  return [...ids].map((id) => `${id}\n`).join('');
}

/** Most bytes `git cat-file --batch` prints for objects of these sizes: content, header, newline. */
export function batchBytes(count: number, contentBytes: number): number {
  return contentBytes + count * 128;
}

/**
 * Reads the answer of `git cat-file --batch`: `<id> <type> <size>\n<content>\n` each. undefined when anything is missing
 * or cut, or when content and id do not fit: git itself does not check that when it reads. Pure.
 */
export function parseBatch(output: Buffer): ReadonlyMap<string, Uint8Array> | undefined {
  const objects = new Map<string, Uint8Array>();
  for (let at = 0; at < output.length; ) {
    const newline = output.indexOf(10, at);
    const [, id, type, size] = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(output.toString('latin1', at, newline)) ?? [];
    if (newline === -1 || id === undefined || type === undefined) return undefined;
    const end = newline + 1 + Number(size);
    const content = output.subarray(newline + 1, end);
    if (end >= output.length || output[end] !== 10 || objectId(type, content, id.length) !== id) return undefined;
    objects.set(id, content);
    at = end + 1;
  }
  return objects;
}
