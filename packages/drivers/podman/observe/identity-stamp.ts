import type { FileStat, ReadHost } from '@reconcile/host';

/** What decides where podman's things are, and as whom. */
interface Place {
  readonly uid?: number;
  readonly user?: string;
  readonly uidMap: string;
  readonly gidMap: string;
  readonly graphRoot: string;
  readonly runRoot: string;
  readonly driver: string;
}

/** Note: the stamp under which podman was last asked who it is. */
export const stampNote = 'podman/identity-stamp';

/**
 * One text for everything that decides whose podman this is and where it keeps things: subordinate ids, configuration, and
 * the identity of its database (BoltDB to 4.x, SQLite since). While it is the same, podman need not be asked: `podman info`
 * asks the package manager too and takes ten times as long as a listing (4.3.1 on Debian: 0.2 to 0.4 s).
 */
export async function identityStamp(host: ReadHost, identity: Place): Promise<string> {
  const { configDir, home, runtimeDir } = host.home;
  const configs = ['/usr/share/containers', '/etc/containers', `${configDir}/containers`].flatMap((dir) =>
    ['storage.conf', 'containers.conf', 'containers.conf.d'].map((name) => `${dir}/${name}`),
  );
  const databases = ['libpod/bolt_state.db', 'db.sql'].map((name) => `${identity.graphRoot}/${name}`);
  const stats = (paths: readonly string[]) => Promise.all(paths.map((path) => host.files.stat(path)));
  const ranges = Promise.all(['/etc/subuid', '/etc/subgid'].map((path) => ownRanges(host, path, identity)));
  const [settings, stores, ids] = await Promise.all([stats(configs), stats(databases), ranges]);
  const whole = (stat: FileStat | undefined) =>
    stat === undefined ? '-' : `${stat.inode}:${stat.mtimeNs}:${stat.size}`;
  // Its time means nothing: podman writes there while it only lists.
  const which = (stat: FileStat | undefined) => stat?.inode ?? '-';
  const { driver, gidMap, graphRoot, runRoot, uid, uidMap, user } = identity;
  const who = JSON.stringify([uid, user, uidMap, gidMap, graphRoot, runRoot, driver]);
  return [who, home, runtimeDir, ...ids, ...settings.map(whole), ...stores.map(which)].join(' ');
}

/** Our lines alone: other users come and go. Without our name all of them count. */
async function ownRanges(host: ReadHost, path: string, { uid, user }: Place): Promise<string> {
  const lines = ((await host.files.text(path)) ?? '').split('\n');
  const own =
    user === undefined ? lines : lines.filter((line) => [user, String(uid)].includes(line.split(':')[0] ?? ''));
  return JSON.stringify(own);
}
