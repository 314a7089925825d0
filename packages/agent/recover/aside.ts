import type { Json } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';

/** A file of podman's that is damaged, and where it goes: nothing is ever deleted. */
export interface AsideMove {
  readonly from: string;
  readonly to: string;
}

/** BoltDB to 4.x, SQLite since; with what SQLite keeps beside it. */
const databases = ['libpod/bolt_state.db', 'db.sql', 'db.sql-wal', 'db.sql-shm'];

/** podman's database as this node knows it; empty where it is not where it was recorded. Its storage is not touched. */
export async function databaseMoves(host: ReadHost, notes: Readonly<Record<string, Json>>): Promise<AsideMove[]> {
  const identity = notes['podman/identity'] as { graphRoot?: unknown } | null | undefined;
  const root =
    typeof identity?.graphRoot === 'string' ? identity.graphRoot : `${host.home.home}/.local/share/containers/storage`;
  const stamp = new Date(host.clock.now()).toISOString().replace(/[-:]/g, '').slice(0, 15);
  const found = await Promise.all(
    databases.map(async (name) => {
      const from = `${root}/${name}`;
      const stat = await host.files.stat(from).catch(() => undefined);
      return stat?.kind === 'file' ? [{ from, to: `${from}.damaged-${stamp}` }] : [];
    }),
  );
  return found.flat();
}

/** Renames within one directory; the main file last, so that a cut leaves podman as it was: damaged. */
export async function moveAside(host: Host, moves: readonly AsideMove[]): Promise<void> {
  for (const { from, to } of [...moves].reverse()) await host.files.rename(from, to);
}
