import type { ReadHost } from '@reconcile/host';

/** A file or directory changed this shortly ago may change again without its time moving on (kernel ticks). */
const racyMs = 100;

/**
 * One text for "these files as they are now"; undefined when one is missing or changed just now: then nothing may be taken
 * from an earlier listing. podman replaces its JSON files by rename, so the inode tells too.
 */
export async function stampOf(host: ReadHost, paths: readonly string[]): Promise<string | undefined> {
  const stats = await Promise.all(paths.map((path) => host.files.stat(path)));
  const parts: string[] = [];
  for (const stat of stats) {
    if (stat === undefined || stat.mtimeMs > host.clock.now() - racyMs) return undefined;
    parts.push(`${stat.inode}:${stat.mtimeNs}:${stat.size}`);
  }
  return parts.join(' ');
}

/**
 * Volumes: their directory, which changes with every one that comes or goes, and the identity of podman's database (BoltDB
 * to 4.x, SQLite since), whose loss forgets them all. Its time means nothing: podman writes there while it only lists.
 */
export async function volumesStamp(host: ReadHost, volumePath: string, graphRoot: string): Promise<string | undefined> {
  const dir = await stampOf(host, [volumePath]);
  const databases = await Promise.all(
    [`${graphRoot}/libpod/bolt_state.db`, `${graphRoot}/db.sql`].map((path) => host.files.stat(path)),
  );
  return dir === undefined ? undefined : `${dir} ${databases.map((stat) => stat?.inode ?? '-').join(' ')}`;
}

/** All files of a directory besides itself. */
export async function stampOfDir(host: ReadHost, dir: string): Promise<string | undefined> {
  const names = await host.files.list(dir);
  if (names === undefined) return undefined;
  const files = names.filter((name) => name.endsWith('.json')).map((name) => `${dir}/${name}`);
  return stampOf(host, [dir, ...files]);
}
