import type { ReadHost } from '@reconcile/host';

export interface Ulimit {
  /** Without `RLIMIT_`: `nofile`. */
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

/** The part of containers.conf that podman's command line applies and its API does not. */
export function defaultUlimits(toml: string): readonly Ulimit[] | undefined {
  const list = /^\s*default_ulimits\s*=\s*\[([^\]]*)\]/m.exec(toml.replace(/^\s*#.*$/gm, ''))?.[1];
  if (list === undefined) return undefined;
  const found: Ulimit[] = [];
  for (const [, name = '', soft = '', hard = soft] of list.matchAll(/["']([a-z]+)=(-?\d+)(?::(-?\d+))?["']/g)) {
    found.push({ name, soft: Number(soft), hard: Number(hard) });
  }
  return found;
}

/** `default_ulimits` as podman finds them: the vendor's file, the machine's, the user's; the last one that says so wins. */
export async function readUlimits(host: ReadHost): Promise<readonly Ulimit[]> {
  const roots = ['/usr/share/containers', '/etc/containers', `${host.home.configDir}/containers`];
  let found: readonly Ulimit[] = [];
  for (const root of roots) {
    const drops = ((await host.files.list(`${root}/containers.conf.d`)) ?? []).filter((name) => name.endsWith('.conf'));
    for (const path of [`${root}/containers.conf`, ...drops.map((name) => `${root}/containers.conf.d/${name}`)]) {
      found = defaultUlimits((await host.files.text(path)) ?? '') ?? found;
    }
  }
  return found;
}
