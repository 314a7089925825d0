import { digest } from '@reconcile/core';
import { pemBlocks } from '@reconcile/core/kinds/certificate';

/** What the repository says another node's names are to be believed by. */
export interface EdgeRoot {
  /** Below the state directory, named after its content: another root is another file, and so another route. */
  readonly path: string;
  /** PEM, certificates only. */
  readonly text: string;
}

/** `ca/<node>.pem` of a snapshot, beside its fleet.toml. */
export function rootFile(node: string): string {
  return `ca/${node}.pem`;
}

/** @returns why it cannot be used, where it cannot: the end of a sentence that begins with the file's name */
export function edgeRoot(
  node: string,
  files: ReadonlyMap<string, Uint8Array>,
): EdgeRoot | { readonly trouble: string } {
  const bytes = files.get(rootFile(node));
  if (bytes === undefined) return { trouble: 'is not in the repository' };
  const blocks = pemBlocks(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  if (blocks.some(({ label }) => label.endsWith('PRIVATE KEY')))
    return { trouble: 'holds a private key, which belongs to nobody but its node' };
  const text = blocks.flatMap((block) => (block.label === 'CERTIFICATE' ? [block.text] : [])).join('');
  if (text === '') return { trouble: 'holds no certificate' };
  return { path: `ca/${node}-${digest(text)}.pem`, text };
}
