import {
  type ContainerSpec,
  containerEnv,
  leasedPorts,
  type Mount,
  type PublishedPort,
  portFacts,
} from '@reconcile/core/kinds/container';
import type { Adoptable, ImageConfig } from './inspected.ts';

export interface ObservedSpec {
  /** What the container really is, in our words. */
  readonly spec: ContainerSpec;
  /** Fields that differ and that no program inside notices: left as they are until the next replacement. */
  readonly tolerated: readonly string[];
  readonly aliased: boolean;
  /** Route → port of this machine that leads to it. */
  readonly leases: Readonly<Record<string, number>>;
}

/** Variables that podman sets by itself. */
const ownVariables = new Set(['container', 'HOSTNAME', 'HOME', 'TERM', 'PATH']);

/**
 * The spec of a container that somebody else made, read off it. What cannot be told apart from the declared (defaults of the
 * image, of podman) is the declared. Pure.
 */
export function observedSpec(
  { container, image }: Adoptable,
  desired: ContainerSpec,
  isSameImage: boolean,
): ObservedSpec {
  const { Config, HostConfig } = container;
  const ports = publishedPorts(HostConfig.PortBindings ?? {});
  const leased = leasedPorts(desired, portFacts(ports));
  const leasedFacts = new Set(Object.values(leased).map((port) => `127.0.0.1/${port}`));
  const fixed = ports.filter(({ host, ip }) => !leasedFacts.has(`${ip}/${host}`));
  const networks = container.NetworkSettings.Networks ?? {};
  const cpus = (HostConfig.NanoCpus ?? 0) / 1e9 || (HostConfig.CpuQuota ?? 0) / (HostConfig.CpuPeriod || 100_000);
  const spec: ContainerSpec = {
    ...desired,
    image: isSameImage ? desired.image : container.ImageName,
    env: variables(
      Config,
      image,
      containerEnv({ ...desired, env: {} }, (route) => leased[route]),
      desired,
    ),
    command: same(Config.Cmd, desired.command.length > 0 ? desired.command : image.Cmd)
      ? desired.command
      : [...(Config.Cmd ?? [])],
    entrypoint: same(Config.Entrypoint, desired.entrypoint ?? image.Entrypoint)
      ? desired.entrypoint
      : words(Config.Entrypoint),
    user: (Config.User ?? '') === (desired.user || (image.User ?? '')) ? desired.user : (Config.User ?? ''),
    workdir:
      (Config.WorkingDir || '/') === (desired.workdir || image.WorkingDir || '/')
        ? desired.workdir
        : (Config.WorkingDir ?? ''),
    hostname: desired.hostname === '' ? '' : (Config.Hostname ?? ''),
    network: networkOf(HostConfig.NetworkMode ?? '', Object.keys(networks)),
    ports: portFacts(fixed).join() === portFacts(desired.ports).join() ? desired.ports : fixed,
    mounts: mountsOf(container, desired),
    tmpfs: alike(
      Object.keys(HostConfig.Tmpfs ?? {}),
      desired.tmpfs.map((entry) => entry.split(':')[0] ?? ''),
    )
      ? desired.tmpfs
      : Object.keys(HostConfig.Tmpfs ?? {}),
    readOnly: HostConfig.ReadonlyRootfs === true,
    privileged: HostConfig.Privileged === true,
    capAdd: alike((HostConfig.CapAdd ?? []).map(bare), desired.capAdd.map(bare))
      ? desired.capAdd
      : [...(HostConfig.CapAdd ?? [])],
    devices: alike(
      (HostConfig.Devices ?? []).map((one) => one.PathOnHost ?? ''),
      desired.devices.map((one) => one.split(':')[0] ?? ''),
    )
      ? desired.devices
      : [],
    extraHosts: alike(HostConfig.ExtraHosts ?? [], desired.extraHosts)
      ? desired.extraHosts
      : [...(HostConfig.ExtraHosts ?? [])],
    memory: HostConfig.Memory ?? 0,
    cpus: Math.abs(cpus - desired.cpus) < 0.001 ? desired.cpus : cpus,
    pids: desired.pids === 0 ? 0 : (HostConfig.PidsLimit ?? 0),
    labels: labelsOf(Config.Labels ?? {}, desired.labels),
    // Its own files and secrets lie elsewhere: neither can be told to be the same.
    files: [],
    secrets: [],
  };
  const given = Object.values(networks).flatMap(({ Aliases }) => Aliases ?? []);
  const missing = desired.aliases.filter((alias) => !given.includes(alias));
  const isNamed = !['default', 'host', 'none'].includes(desired.network);
  return {
    spec,
    aliased: true,
    leases: leased,
    tolerated: isNamed && missing.length > 0 ? [`network names ${missing.join(', ')}`] : [],
  };
}

function publishedPorts(bindings: NonNullable<Adoptable['container']['HostConfig']['PortBindings']>): PublishedPort[] {
  return Object.entries(bindings).flatMap(([inside, hosts]) => {
    const [container = '', protocol = 'tcp'] = inside.split('/');
    return (hosts ?? []).map(
      ({ HostIp, HostPort }) =>
        ({
          ip: HostIp === '0.0.0.0' ? '' : (HostIp ?? ''),
          host: Number(HostPort ?? 0),
          container: Number(container),
          count: 1,
          protocol: protocol === 'udp' ? 'udp' : 'tcp',
        }) as const,
    );
  });
}

/** Without what the image and podman set, and without what a route's port sets, where it is that. */
function variables(
  config: ImageConfig,
  image: ImageConfig,
  derived: Readonly<Record<string, string>>,
  desired: ContainerSpec,
): Record<string, string> {
  const fromImage = pairs(image.Env ?? []);
  // What a secret is to set may be one already: nobody's to show, and no difference of `env`.
  const secret = new Set(desired.secrets.flatMap(({ env, target }) => (env ? [target] : [])));
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(pairs(config.Env ?? []))) {
    if (secret.has(name)) continue;
    if (name in desired.env) found[name] = value;
    else if (fromImage[name] === value || ownVariables.has(name) || derived[name] === value) continue;
    else found[name] = value;
  }
  return found;
}

function pairs(env: readonly string[]): Record<string, string> {
  return Object.fromEntries(env.map((entry) => [entry.split('=')[0] ?? '', entry.slice(entry.indexOf('=') + 1)]));
}

/** Names of networks; rootless podman's own has none. */
function networkOf(mode: string, networks: readonly string[]): string {
  if (mode === 'host' || mode === 'none') return mode;
  const [first] = networks;
  if (networks.length > 1) return [...networks].sort().join(' ');
  return first === undefined || first === 'podman' ? 'default' : first;
}

/** Anonymous volumes come with the image: they are nobody's declaration. */
function mountsOf({ Mounts }: Adoptable['container'], desired: ContainerSpec): readonly Mount[] {
  const seen = (Mounts ?? [])
    .filter(({ Name, Type }) => (Type === 'bind' || Type === 'volume') && !/^[0-9a-f]{64}$/.test(Name ?? ''))
    .map(
      ({ Destination, Name, RW, Source, Type }): Mount => ({
        source: Type === 'volume' ? (Name ?? '') : Source,
        target: Destination,
        readOnly: !RW,
        options: [],
      }),
    );
  const text = ({ readOnly, source, target }: Mount) =>
    `${source.replace(/\/$/, '')}:${target.replace(/\/$/, '')}:${readOnly}`;
  return alike(seen.map(text), desired.mounts.map(text)) ? desired.mounts : seen;
}

/** Labels that others stick on (compose, systemd) are no difference. */
function labelsOf(
  seen: Readonly<Record<string, string>>,
  desired: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.keys(desired).flatMap((name) => (seen[name] === undefined ? [] : [[name, seen[name]]])),
  );
}

function bare(capability: string): string {
  return capability.toUpperCase().replace(/^CAP_/, '');
}

function words(value: ImageConfig['Entrypoint']): readonly string[] | null {
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' ? value.split(' ') : value;
}

function same(a: ImageConfig['Entrypoint'], b: ImageConfig['Entrypoint']): boolean {
  return (words(a) ?? []).join(' ') === (words(b) ?? []).join(' ');
}

/** As sets. */
function alike(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join('\0') === [...b].sort().join('\0');
}
