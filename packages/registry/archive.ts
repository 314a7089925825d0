import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Snapshots are limited to 32 MiB of files; what claims to be more is not one of ours. */
const mostBytes = 64 * 1024 * 1024;

/**
 * Files as one compressed block, in threads: a u32 with the length of the index, the index (JSON `[path, bytes]` pairs, sorted),
 * the contents in that order.
 */
export async function packFiles(files: ReadonlyMap<string, Uint8Array>): Promise<Buffer> {
  const entries = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const index = Buffer.from(JSON.stringify(entries.map(([path, content]) => [path, content.byteLength])));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(index.byteLength);
  return deflate(Buffer.concat([length, index, ...entries.map(([, content]) => content)]), { level: 4 });
}

/** undefined: damaged. */
export async function unpackFiles(packed: Uint8Array): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
  try {
    const block = await inflate(packed, { maxOutputLength: mostBytes });
    const start = 4 + block.readUInt32LE(0);
    const index = JSON.parse(block.subarray(4, start).toString()) as [string, number][];
    const files = new Map<string, Uint8Array>();
    let at = start;
    for (const [path, bytes] of index) {
      files.set(path, block.subarray(at, at + bytes));
      at += bytes;
    }
    return at === block.byteLength ? files : undefined;
  } catch {
    return undefined;
  }
}
