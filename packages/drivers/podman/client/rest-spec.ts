import type { ContainerDraft, DraftMount } from './contract.ts';
import { fail } from './fail.ts';
import type { Ulimit } from './ulimits.ts';

/** Numbers of Linux on every architecture podman is built for but MIPS and SPARC. */
const signals: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ABRT: 6,
  KILL: 9,
  USR1: 10,
  USR2: 12,
  ALRM: 14,
  TERM: 15,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  WINCH: 28,
  PWR: 30,
};

/** `SIGTERM`, `term`, `15` → 15. @throws PODMAN_SPEC_REFUSED */
export function signalNumber(word: string): number {
  const number = /^\d+$/.test(word) ? Number(word) : signals[word.toUpperCase().replace(/^SIG/, '')];
  if (number === undefined || number < 1 || number > 64) {
    throw fail('PODMAN_SPEC_REFUSED', { message: `use stop signal ${word}`, hint: 'name it like SIGTERM' });
  }
  return number;
}

export interface RestSpecOptions {
  readonly ulimits: readonly Ulimit[];
  /** Of the podman that serves the API. */
  readonly version: string;
}

/**
 * Body of `containers/create` that makes what `createArgv` makes. The server leaves undone some of what the command line
 * does before it asks (specgenutil of 4.3.1): ulimits, sdnotify mode, memory's swap; to 4.3 also the TTY annotation and
 * read-only's tmpfs. From 4.4 on neither writes that annotation, and the server makes the tmpfs when asked to.
 */
export function restSpec(
  draft: ContainerDraft,
  { ulimits, version }: RestSpecOptions,
): Readonly<Record<string, unknown>> {
  const isOld = /^4\.[0-3]\b/.test(version);
  const named = draft.network !== 'default' && draft.network !== 'host' && draft.network !== 'none';
  return {
    name: draft.name,
    image: draft.image,
    labels: draft.labels,
    env: draft.env,
    ...(draft.entrypoint === null ? {} : { entrypoint: draft.entrypoint }),
    ...(draft.command.length === 0 ? {} : { command: draft.command }),
    ...some('user', draft.user),
    ...some('work_dir', draft.workdir),
    ...some('hostname', draft.hostname),
    ...(draft.network === 'default' ? {} : { netns: { nsmode: named ? 'bridge' : draft.network } }),
    ...(named ? { Networks: { [draft.network]: { aliases: draft.aliases } } } : {}),
    ...(draft.extraHosts.length === 0 ? {} : { hostadd: draft.extraHosts }),
    portmappings: draft.ports.map((port) => ({
      host_ip: port.ip,
      host_port: port.host,
      container_port: port.container,
      range: port.count,
      protocol: port.protocol,
    })),
    volumes: draft.mounts
      .filter((m) => m.type === 'volume')
      .map((m) => ({ Name: m.source, Dest: m.target, Options: m.options })),
    mounts: [
      ...draft.mounts.filter((m) => m.type === 'bind' && !isOverlay(m)).map(bindMount),
      ...tmpfsMounts(draft, { isOld }),
    ],
    ...overlays(draft),
    secrets: draft.secrets.flatMap((s) =>
      s.as === 'file' ? [{ Source: s.source, Target: s.target, UID: s.uid, GID: s.gid, Mode: 0o400 }] : [],
    ),
    secret_env: Object.fromEntries(draft.secrets.flatMap((s) => (s.as === 'variable' ? [[s.variable, s.source]] : []))),
    read_only_filesystem: draft.readOnly,
    ...(isOld ? { annotations: { 'io.kubernetes.cri-o.TTY': 'false' } } : { read_write_tmpfs: draft.readOnly }),
    privileged: draft.privileged,
    cap_add: draft.capAdd,
    devices: draft.devices.map((path) => ({ path })),
    resource_limits: limits(draft),
    ...(draft.stopSignal === '' ? {} : { stop_signal: signalNumber(draft.stopSignal) }),
    stop_timeout: draft.stopTimeout,
    restart_policy: 'no',
    httpproxy: false,
    healthconfig: { Test: ['NONE'] },
    log_configuration: { driver: 'k8s-file', size: draft.logMaxBytes },
    r_limits: ulimits.map((limit) => ({ type: limit.name, soft: limit.soft, hard: limit.hard })),
    sdnotifyMode: 'container',
    image_volume_mode: 'anonymous',
  };
}

function some(name: string, value: string): Record<string, string> {
  return value === '' ? {} : { [name]: value };
}

/** `O`: what is written goes to a layer of the container's own. The command line takes it for a mount, the server does not. */
function isOverlay(mount: DraftMount): boolean {
  return mount.type === 'bind' && mount.options.includes('O');
}

function overlays(draft: ContainerDraft): Record<string, unknown> {
  const found = draft.mounts.filter(isOverlay);
  if (found.length === 0) return {};
  return { overlay_volumes: found.map((m) => ({ source: m.source, destination: m.target, options: m.options })) };
}

function bindMount(mount: DraftMount) {
  return { type: 'bind', source: mount.source, destination: mount.target, options: mount.options };
}

/** `--read-only` also gives the usual writable places, unless something else is mounted there. */
function tmpfsMounts(draft: ContainerDraft, { isOld }: { isOld: boolean }) {
  const asked = draft.tmpfs.map((entry) => {
    const cut = entry.indexOf(':');
    return cut < 0
      ? { target: entry, options: [] }
      : { target: entry.slice(0, cut), options: entry.slice(cut + 1).split(',') };
  });
  const taken = new Set([...asked.map((a) => a.target), ...draft.mounts.map((m) => m.target)]);
  const usual =
    draft.readOnly && isOld
      ? ['/dev', '/dev/shm', '/run', '/tmp', '/var/tmp'].slice(2).filter((target) => !taken.has(target))
      : [];
  return [
    ...asked.map(({ target, options }) => ({ type: 'tmpfs', source: 'tmpfs', destination: target, options })),
    ...usual.map((target) => ({
      type: 'tmpfs',
      source: 'tmpfs',
      destination: target,
      options: ['rw', 'rprivate', 'nosuid', 'nodev', 'tmpcopyup'],
    })),
  ];
}

function limits(draft: ContainerDraft) {
  return {
    ...(draft.memory > 0 ? { memory: { limit: draft.memory, swap: 2 * draft.memory } } : {}),
    ...(draft.cpus > 0 ? { cpu: { period: 100_000, quota: Math.round(draft.cpus * 100_000) } } : {}),
    ...(draft.pids > 0 ? { pids: { limit: draft.pids } } : {}),
  };
}
