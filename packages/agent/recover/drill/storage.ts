import type { StoreFacts } from '@reconcile/drivers/podman/doctor';
import type { Host } from '@reconcile/host';

/** A podman of its own: storage, run root, locks and runtime directory, with the real one's images to read. */
export interface DrillPlace {
  /** Everything on disk; below the node's state. */
  readonly dir: string;
  /** Sockets and what runs: short, since a socket's path is at most 107 bytes. */
  readonly runtimeDir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Makes the place; one that an interrupted drill left has to be gone. `own`: the user's configuration of podman. */
export async function makePlace(
  host: Host,
  at: { readonly dir: string; readonly runtimeDir: string },
  store: Pick<StoreFacts, 'graphRoot' | 'driver'>,
): Promise<DrillPlace> {
  for (const dir of [at.dir, at.runtimeDir]) await host.files.makeDir(dir, { mode: 0o700 });
  const user = `${host.home.configDir}/containers`;
  const [storage, containers] = await Promise.all(
    ['storage.conf', 'containers.conf'].map(
      async (name) =>
        (await host.files.text(`${user}/${name}`)) ?? (await host.files.text(`/etc/containers/${name}`)) ?? '',
    ),
  );
  const conf = `${at.dir}/storage.conf`;
  const engine = `${at.dir}/containers.conf`;
  await host.files.write(conf, storageConf(storage ?? '', { ...store, ...at }), { mode: 0o600 });
  await host.files.write(engine, engineConf(containers ?? ''), { mode: 0o600 });
  return {
    ...at,
    env: { CONTAINERS_STORAGE_CONF: conf, CONTAINERS_CONF: engine, XDG_RUNTIME_DIR: at.runtimeDir },
  };
}

/** containers-storage.conf(5): the driver and its mount program must be those the images were stored with. */
export function storageConf(
  own: string,
  { dir, driver, graphRoot, runtimeDir }: { dir: string; runtimeDir: string; driver: string; graphRoot: string },
): string {
  const program = /^\s*mount_program\s*=\s*"([^"]*)"/m.exec(own)?.[1];
  return `[storage]
driver = "${driver}"
graphroot = "${dir}/graph"
runroot = "${runtimeDir}/containers"
[storage.options]
additionalimagestores = ["${graphRoot}"]
${program === undefined || driver !== 'overlay' ? '' : `[storage.options.overlay]\nmount_program = "${program}"\n`}`;
}

/** podman's shared-memory locks are one file per user id: two podmans would take each other's. */
export function engineConf(own: string): string {
  const lines = own.split('\n').filter((text) => !/^\s*(?:lock_type|static_dir|tmp_dir|volume_path)\s*=/.test(text));
  const at = lines.findIndex((text) => /^\s*\[engine\]/.test(text));
  if (at < 0) return `${lines.join('\n')}\n[engine]\nlock_type = "file"\n`;
  return [...lines.slice(0, at + 1), 'lock_type = "file"', ...lines.slice(at + 1)].join('\n');
}

const timeoutMs = 60_000;

/** Takes it all away again: containers, the namespace's keeper, storage (its files belong to other ids), directories. */
export async function removePlace(host: Host, { dir, env, runtimeDir }: DrillPlace): Promise<void> {
  const run = (args: readonly string[]) => host.run.run('podman', args, { timeoutMs, env }).catch(() => undefined);
  await run(['rm', '--all', '--force', '--time=0', '--volumes']);
  await run(['unshare', 'rm', '-rf', '--', `${dir}/graph`]);
  for (const file of ['libpod/tmp/pause.pid', 'libpod/pause.pid']) {
    const pid = Number((await host.files.text(`${runtimeDir}/${file}`).catch(() => undefined))?.trim());
    const ticks = pid > 1 ? await host.proc.startTicks(pid) : undefined;
    if (ticks !== undefined) await host.kill(pid, ticks, 'SIGKILL').catch(() => false);
  }
  await host.files.removeTree(runtimeDir);
  await host.files.removeTree(dir);
}
