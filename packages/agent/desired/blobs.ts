import type { Action, SourceSnapshot } from '@reconcile/core';
import type { FileSpec } from '@reconcile/core/kinds/file';
import { blobPath } from '@reconcile/drivers/files';
import type { Host } from '@reconcile/host';
import { loadSnapshot, type Registry } from '@reconcile/registry';
import { contentHash } from '@reconcile/spec/compile';

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
    if (action.kind !== 'file' || (action.verb !== 'create' && action.verb !== 'update')) continue;
    const { spec } = action.args as unknown as { spec: FileSpec };
    if ((await host.files.stat(blobPath(from.stateDir, spec.hash))) === undefined) wanted.add(spec.hash);
  }
  if (wanted.size === 0) return;
  const snapshot = from.fresh ?? (await loadSnapshot(from.registry, from.commit));
  for (const [path, bytes] of snapshot?.files ?? []) {
    if (!path.startsWith('services/') || path.endsWith('.toml')) continue;
    const hash = contentHash(bytes);
    if (!wanted.has(hash)) continue;
    await host.files.write(blobPath(from.stateDir, hash), bytes, { mode: 0o600 });
  }
}
