import type { PublishedPort } from '@reconcile/core/kinds/container';
import type { BuildDraft, ContainerDraft, DraftMount, DraftSecret, NetworkDraft, VolumeDraft } from './contract.ts';
import { fail } from './fail.ts';

// Command lines of writing calls. One argument per value (`--flag=value`), `--` before the first positional: no value of a
// definition can become a flag (reliability.md 0.5, 0.6).

/** `podman create …` of a draft. */
export function createArgv(draft: ContainerDraft): string[] {
  const named = draft.network !== 'default' && draft.network !== 'host' && draft.network !== 'none';
  return [
    'create',
    `--name=${draft.name}`,
    ...flags('label', pairs(draft.labels)),
    '--pull=never',
    '--restart=no',
    '--http-proxy=false',
    // Not `--health-interval=disable`: 4.3.1 still asks systemd for a timer when the image has a HEALTHCHECK.
    '--no-healthcheck',
    '--log-driver=k8s-file',
    `--log-opt=max-size=${draft.logMaxBytes}`,
    `--stop-timeout=${draft.stopTimeout}`,
    ...some('stop-signal', draft.stopSignal),
    ...flags('env', envPairs(draft.env)),
    ...(draft.entrypoint === null ? [] : [`--entrypoint=${JSON.stringify(draft.entrypoint)}`]),
    ...some('user', draft.user),
    ...some('workdir', draft.workdir),
    ...some('hostname', draft.hostname),
    ...(draft.network === 'default' ? [] : [`--network=${named ? namedNetwork(draft) : draft.network}`]),
    ...flags('add-host', draft.extraHosts),
    ...flags('publish', draft.ports.map(publishValue)),
    ...flags('volume', draft.mounts.map(volumeValue)),
    ...flags('secret', draft.secrets.map(secretValue)),
    ...flags('tmpfs', draft.tmpfs),
    ...(draft.readOnly ? ['--read-only'] : []),
    ...(draft.privileged ? ['--privileged'] : []),
    ...flags('cap-add', draft.capAdd),
    ...flags('device', draft.devices),
    ...(draft.memory > 0 ? [`--memory=${draft.memory}b`] : []),
    ...(draft.cpus > 0 ? [`--cpus=${draft.cpus}`] : []),
    ...(draft.pids > 0 ? [`--pids-limit=${draft.pids}`] : []),
    '--',
    draft.image,
    ...draft.command,
  ];
}

function flags(name: string, values: readonly string[]): string[] {
  return values.map((value) => `--${name}=${value}`);
}

function some(name: string, value: string): string[] {
  return value === '' ? [] : [`--${name}=${value}`];
}

function pairs(record: Readonly<Record<string, string>>): string[] {
  return Object.entries(record).map(([key, value]) => `${key}=${value}`);
}

/** An entry without `=`, or a pattern, would copy our own environment into the container. */
function envPairs(env: Readonly<Record<string, string>>): string[] {
  for (const name of Object.keys(env)) {
    if (name === '' || /[=*\s]/.test(name))
      throw fail('PODMAN_SPEC_REFUSED', { message: `set variable ${JSON.stringify(name)}` });
  }
  return pairs(env);
}

function namedNetwork(draft: ContainerDraft): string {
  return draft.aliases.length === 0
    ? draft.network
    : `${draft.network}:${draft.aliases.map((alias) => `alias=${alias}`).join(',')}`;
}

/** `127.0.0.1:8080:80/tcp`, `[::1]:5000-5002:90-92/udp`; without an address on all of them. */
export function publishValue(port: PublishedPort): string {
  const range = (first: number) => (port.count > 1 ? `${first}-${first + port.count - 1}` : String(first));
  const ip = port.ip === '' ? '' : `${port.ip.includes(':') ? `[${port.ip}]` : port.ip}:`;
  return `${ip}${range(port.host)}:${range(port.container)}/${port.protocol}`;
}

function volumeValue(mount: DraftMount): string {
  return [mount.source, mount.target, ...(mount.options.length === 0 ? [] : [mount.options.join(',')])].join(':');
}

function secretValue(secret: DraftSecret): string {
  if (secret.as === 'variable') return `${secret.source},type=env,target=${secret.variable}`;
  return `${secret.source},type=mount,target=${secret.target},uid=${secret.uid},gid=${secret.gid},mode=0400`;
}

export function networkArgv(draft: NetworkDraft): string[] {
  return [
    'network',
    'create',
    ...some('driver', draft.driver),
    ...flags('subnet', draft.subnets),
    ...(draft.internal ? ['--internal'] : []),
    ...(draft.ipv6 ? ['--ipv6'] : []),
    ...flags('opt', pairs(draft.options)),
    ...flags('label', pairs(draft.labels)),
    '--',
    draft.name,
  ];
}

export function volumeArgv(draft: VolumeDraft): string[] {
  return [
    'volume',
    'create',
    ...some('driver', draft.driver),
    ...flags('opt', pairs(draft.options)),
    ...flags('label', pairs(draft.labels)),
    '--',
    draft.name,
  ];
}

/** podman reads the file itself: from stdin 4.3.1 takes a secret only if that is a FIFO, and Node gives a socket. */
export function secretArgv(name: string, path: string, labels: Readonly<Record<string, string>>): string[] {
  return ['secret', 'create', ...flags('label', pairs(labels)), '--', name, path];
}

export function buildArgv(draft: BuildDraft): string[] {
  return ['build', '--quiet', '--http-proxy=false', `--file=${draft.file}`, `--tag=${draft.ref}`, '--', draft.context];
}
