/** A `{{secret:NAME}}` in a file's content; `name` is undefined where what stands there is none. Offsets in bytes, `to` excluded. */
export interface Placeholder {
  readonly from: number;
  readonly to: number;
  readonly name: string | undefined;
}

const brace = 0x7b;
const opening = bytesOf('{{secret:');
/** As long as a name may be, and its end. */
const longest = 130;

/** Where a file asks for secrets, in order. Bytes, since a mounted file need not be text. */
export function placeholders(content: Uint8Array): Placeholder[] {
  const found: Placeholder[] = [];
  for (let at = content.indexOf(brace); at >= 0; at = content.indexOf(brace, at + 1)) {
    if (!opening.every((byte, i) => content[at + i] === byte)) continue;
    const begin = at + opening.length;
    const rest = String.fromCharCode(...content.subarray(begin, begin + longest));
    const name = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,127})\}\}/.exec(rest)?.[1];
    found.push({ from: at, to: begin + (name === undefined ? 0 : name.length + 2), name });
  }
  return found;
}

/** Names in a file's content, each once, sorted. */
export function secretsIn(content: Uint8Array): string[] {
  const names = placeholders(content).flatMap(({ name }) => (name === undefined ? [] : [name]));
  return [...new Set(names)].sort();
}

/**
 * The content with every value in its place. Line ends that close a value are left out, as a shell does: `echo x | reconcile
 * secret set` must not break a line in two.
 */
export function fillIn(template: Uint8Array, secretOf: (name: string) => Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let done = 0;
  for (const { from, name, to } of placeholders(template)) {
    if (name === undefined) continue;
    parts.push(template.subarray(done, from), withoutLastLineEnds(secretOf(name)));
    done = to;
  }
  parts.push(template.subarray(done));
  const filled = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    filled.set(part, at);
    at += part.length;
  }
  return filled;
}

function withoutLastLineEnds(value: Uint8Array): Uint8Array {
  let end = value.length;
  while (end > 0 && value[end - 1] === 0x0a) end--;
  return value.subarray(0, end);
}

function bytesOf(text: string): readonly number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
