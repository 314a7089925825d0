import type { SourceSnapshot } from '@reconcile/core';
import { lastGoodSnapshot, loadSnapshot, type Registry } from '@reconcile/registry';
import type { SourceTrouble } from './model.ts';

/**
 * A definition of a plain directory that ends in the middle of what it was when it was good last: whoever wrote it broke off, and what is
 * left is mostly valid, with a component or its environment gone. A commit is never judged so: git has a file whole or not at all.
 * undefined: all are whole.
 */
export async function cutShort(
  { files, source }: SourceSnapshot,
  registry: Registry,
): Promise<SourceTrouble | undefined> {
  if (source !== 'directory') return undefined;
  const row = registry.read(lastGoodSnapshot);
  const before = row === undefined ? undefined : await loadSnapshot(registry, row.commit);
  for (const [path, bytes] of files) {
    const was = before?.files.get(path);
    if (!path.endsWith('.toml') || was === undefined || !isBeginning(bytes, was)) continue;
    return {
      code: 'CutShort',
      message: `${path} ends after ${bytes.length} of the ${was.length} bytes that it had, as if its writer broke off; the last good one goes on`,
      hint: 'write all of it; if its end was taken away on purpose, end it with a comment: # complete',
    };
  }
  return undefined;
}

/** Blanks at the end say nothing, so that their loss is no loss. */
function isBeginning(bytes: Uint8Array, of: Uint8Array): boolean {
  const text = Buffer.from(of).toString('latin1').trimEnd();
  return bytes.length < text.length && text.startsWith(Buffer.from(bytes).toString('latin1'));
}
