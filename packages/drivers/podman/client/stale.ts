import type { FileStat, Host, ReadHost } from '@reconcile/host';

const endsWithinMs = 5000;

/**
 * Does whoever answers at the socket work on a database that is not there any more? A service on SQLite (podman 5.x) opens it once and
 * goes on with what was removed or renamed below it, all containers still in it: nothing looks amiss, and all it is told is lost with
 * it. Told by times, since nothing else of it can be seen from outside: it made its socket after it had opened its database. One on
 * BoltDB opens it for each call and says so itself.
 */
export async function isStale(host: ReadHost, socket: FileStat): Promise<boolean> {
  const root = await graphRoot(host);
  const stat = (name: string) => host.files.stat(`${root}/${name}`).catch(() => undefined);
  const [used, bolt, sqlite] = await Promise.all(['libpod', 'libpod/bolt_state.db', 'db.sql'].map(stat));
  if (used === undefined || bolt !== undefined) return false;
  return sqlite === undefined || bornMs(sqlite) > socket.mtimeMs;
}

/** Where the user's podman keeps its things, as far as files say: it need not be asked for every call. */
async function graphRoot(host: ReadHost): Promise<string> {
  const { configDir, home } = host.home;
  const settings = await host.files.text(`${configDir}/containers/storage.conf`).catch(() => undefined);
  const chosen = /^\s*graphroot\s*=\s*"(\/[^"$]+)"/m.exec(settings ?? '')?.[1];
  return chosen ?? `${home}/.local/share/containers/storage`;
}

/** 0 where the file system keeps no such time: then only a database that is gone tells. */
function bornMs({ birthNs }: FileStat): number {
  return Number(BigInt(birthNs) / 1_000_000n);
}

/** Ends the services of ours at `path`, by their command line: what they still were told would be lost with their database. */
export async function endServices(host: Host, path: string): Promise<void> {
  const pids = ((await host.files.list('/proc')) ?? []).filter((name) => /^\d+$/.test(name)).map(Number);
  await Promise.all(
    pids.map(async (pid) => {
      const ticks = await host.proc.startTicks(pid);
      const words = ((await host.files.text(`/proc/${pid}/cmdline`).catch(() => undefined)) ?? '').split('\0');
      if (ticks === undefined || words[1] !== 'system' || words[2] !== 'service' || !words.includes(`unix://${path}`))
        return;
      await host.kill(pid, ticks, 'SIGKILL');
      const until = host.clock.now() + endsWithinMs;
      while ((await host.proc.startTicks(pid)) === ticks && host.clock.now() < until) await host.clock.sleep(10);
    }),
  );
}
