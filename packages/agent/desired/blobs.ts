import type { Action, SourceSnapshot } from '@reconcile/core';
import type { FileArgs } from '@reconcile/core/kinds/file';
import { blobPath } from '@reconcile/drivers/files';
import type { Host } from '@reconcile/host';
import { loadSnapshot, type Registry } from '@reconcile/registry';
import { contentHash } from '@reconcile/spec/hash';

/**
 * Puts contents that a plan's file actions need into the blob store, from the snapshot that names them. A content that is
 * there already is kept: rolled-back versions find theirs.
 */
export async function storeBlobs(
  host: Host,
  actions: readonly Action[],
  from: { stateDir: string; registry: Registry; commit: string; fresh: SourceSnapshot | undefined },
): Promise<void> {
  const wanted = new Set<string>();
  for (const action of actions) {
    for (const hash of neededBy(action))
      if ((await host.files.stat(blobPath(from.stateDir, hash))) === undefined) wanted.add(hash);
  }
  if (wanted.size === 0) return;
  const snapshot = from.fresh ?? (await loadSnapshot(from.registry, from.commit));
  for (const [path, bytes] of snapshot?.files ?? []) {
    if (!/^(services|secrets)\//.test(path) || path.endsWith('.toml')) continue;
    const hash = contentHash(bytes);
    if (!wanted.has(hash)) continue;
    await host.files.write(blobPath(from.stateDir, hash), bytes, { mode: 0o600 });
  }
}

/** Mounted files, and secrets' values as the repository has them: encrypted. */
function neededBy({ args, kind, verb }: Action): string[] {
  if (verb !== 'create' && verb !== 'update') return [];
  if (kind === 'file') {
    const { sealed, spec } = args as unknown as FileArgs;
    return [...(spec === null ? [] : [spec.hash]), ...Object.values(sealed ?? {})];
  }
  const hash = kind === 'secret' ? (args as { sealed?: string | null }).sealed : undefined;
  return hash === null || hash === undefined ? [] : [hash];
}
