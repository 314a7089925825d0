import type { Host } from '@reconcile/host';
import {
  type ApartPlace,
  apartContainersConf,
  apartEnvironment,
  apartStorageConf,
  type OwnFiles,
  type OwnPodman,
} from './place.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Making {
  /** This machine, as its user sees it. */
  readonly host: Host;
  /** The caller's. */
  readonly env: Environment;
  readonly place: ApartPlace;
  readonly own: OwnPodman;
}

/**
 * Directories and configuration of a podman in a place of its own. What the user's containers.conf says counts there too, but for
 * where things lie. podman is not run.
 */
export async function makeApart({ env, host, own, place }: Making): Promise<void> {
  const { files } = host;
  const below = `${place.home}/.config/containers`;
  for (const dir of [place.home, place.storage, place.run, place.temporary, `${below}/containers.conf.d`])
    await files.makeDir(dir, { mode: 0o700 });
  const users = `${host.home.configDir}/containers`;
  const main = env.CONTAINERS_CONF;
  const copy = async (from: string, to: string) => {
    const text = await files.text(from);
    if (text !== undefined) await files.write(to, text, { mode: 0o600 });
  };
  await copy(main === undefined || main === '' ? `${users}/containers.conf` : main, `${below}/containers.conf`);
  await copy(`${users}/policy.json`, `${below}/policy.json`);
  for (const name of (await files.list(`${users}/containers.conf.d`)) ?? [])
    if (name.endsWith('.conf')) await copy(`${users}/containers.conf.d/${name}`, `${below}/containers.conf.d/${name}`);
  await files.write(`${below}/containers.conf.d/zzz-apart.conf`, apartContainersConf(place), { mode: 0o600 });
  await files.write(`${below}/storage.conf`, apartStorageConf(place, own), { mode: 0o600 });
}

/** What a host for the podman in that place is made with. */
export async function environmentApart(
  host: Host,
  { env, place }: { readonly env: Environment; readonly place: ApartPlace },
): Promise<Environment> {
  const first = async (...paths: readonly (string | undefined)[]): Promise<string | undefined> => {
    for (const path of paths)
      if (path !== undefined && path !== '' && (await host.files.stat(path)) !== undefined) return path;
    return undefined;
  };
  const users = `${host.home.configDir}/containers`;
  const registries = await first(env.CONTAINERS_REGISTRIES_CONF, `${users}/registries.conf`);
  const credentials = await first(
    env.REGISTRY_AUTH_FILE,
    `${host.home.runtimeDir}/containers/auth.json`,
    `${host.home.home}/.docker/config.json`,
  );
  const bus = await first(`${host.home.runtimeDir}/bus`);
  const own: OwnFiles = {
    ...(registries === undefined ? {} : { registries }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(bus === undefined ? {} : { bus }),
  };
  return apartEnvironment(place, env, own);
}
