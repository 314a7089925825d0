import type { BusyPort, Desired, Hold, Observed } from '@reconcile/core';
import { type ContainerSpec, containerDefaults } from '@reconcile/core/kinds/container';
import type { FileStat, ReadHost, RunResult, Space } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import { type Examined, examine, type Known } from './examined.ts';

// A machine as it was recorded, with one thing different: files, rights, sockets, room, and podman's answer.

export interface Entry {
  readonly text?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly kind?: FileStat['kind'];
}

export interface Recorded {
  readonly uid: number;
  readonly now: number;
  readonly files: Readonly<Record<string, string | Entry | undefined>>;
  readonly listening: readonly BusyPort[];
  readonly space: Readonly<Record<string, Partial<Space>>>;
  readonly podman: Partial<RunResult> | 'missing';
  readonly known: Known;
}

export const now = Date.parse('2026-11-21T12:00:00Z');
const gibi = 2 ** 30;

export const info = (more: { graphRoot?: string; driver?: string; version?: string } = {}) =>
  JSON.stringify({
    host: { idMappings: { uidmap: [], gidmap: [] } },
    store: {
      graphRoot: more.graphRoot ?? '/home/ops/.local/share/containers/storage',
      runRoot: '/run/user/850/containers',
      graphDriverName: more.driver ?? 'overlay',
      volumePath: '/v',
    },
    version: { Version: more.version ?? '4.3.1' },
  });

export const dir = (mode = 0o700, uid = 850): Entry => ({ kind: 'directory', mode, uid });

/** A healthy Debian with systemd: user ops, 850, in order. */
export const healthy: Recorded = {
  uid: 850,
  now,
  files: {
    '/etc/passwd':
      'root:x:0:0::/root:/bin/sh\nsshd:x:995:65534::/run/sshd:/bin/false\nops:x:850:850::/home/ops:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n',
    '/etc/subuid': 'ops:100000:65536\nalice:165536:65536\n',
    '/etc/subgid': 'ops:100000:65536\nalice:165536:65536\n',
    '/etc/os-release': 'ID=debian\n',
    '/usr/bin/newuidmap': { mode: 0o4755, uid: 0 },
    '/usr/bin/newgidmap': { mode: 0o4755, uid: 0 },
    '/proc/self/status': 'Name:\tnode\nNoNewPrivs:\t0\n',
    '/proc/sys/user/max_user_namespaces': '63000\n',
    '/proc/sys/net/ipv4/ip_unprivileged_port_start': '1024\n',
    '/proc/net/fib_trie':
      'Local:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 127.0.0.1\n        /32 host LOCAL\n     |-- 192.0.2.10\n        /32 host LOCAL\n',
    '/proc/net/if_inet6': '20010db8000000000000000000000001 02 40 00 80     eth0\n',
    '/proc/1/comm': 'systemd\n',
    '/proc/200/comm': 'chronyd\n',
    '/run/user/850': dir(),
    '/run/systemd/system': dir(0o755, 0),
    '/var/lib/systemd/linger/ops': {},
    '/etc/resolv.conf': 'search example.net\nnameserver 192.0.2.53\nnameserver 9.9.9.9\n',
    '/home/ops/.config/systemd/user/default.target.wants': dir(),
    '/home/ops/.config/systemd/user/default.target.wants/reconcile.service': { kind: 'symlink' },
    '/home/ops/.config/containers/storage.conf': '[storage]\ndriver = "overlay"\n',
    '/n/node.toml': { mode: 0o600 },
    '/n/state': dir(),
    '/srv/web': { kind: 'directory', mode: 0o755, uid: 100_999 },
    '/tmp': dir(0o1777, 0),
  },
  listening: [],
  space: {},
  podman: { exitCode: 0, stdout: info() },
  known: {},
};

export const config: NodeConfig = {
  path: '/n/node.toml',
  node: 'rift',
  stateDir: '/n/state',
  workspace: null,
  addresses: [{ name: 'lan', ip: '192.0.2.10' }],
  source: { type: 'git', path: '/srv/fleet', branch: 'main', subdir: '', remote: '', pollMs: 30_000 },
  drivers: { containers: 'podman', proxy: 'haproxy' },
  listeners: { 8080: { bind: ['127.0.0.1:8080'], tls: false } },
  policy: { mounts: ['/srv'], images: ['*'], flags: [], blast: { services: 1, percent: 25 } },
  api: { unix: '/n/state/api.sock', socketGroup: '', http: [], hosts: [], grpc: [] },
  issuers: [],
  secretsDir: '/n/state/secrets',
  driverTable: () => undefined,
};

/** One service of one container. */
export function desiredOf(name: string, more: Partial<ContainerSpec>): Desired {
  const key = `container/${name}-12345678` as const;
  const spec = { ...containerDefaults, image: 'docker.io/example/web:1', ...more };
  return {
    fleet: 'home',
    node: 'rift',
    generation: 1,
    commit: 'c0ffee',
    stages: [],
    services: { [name]: { stage: 0, active: true } },
    resources: {
      [key]: {
        key,
        kind: 'container',
        slot: `${name}/${name}`,
        services: [name],
        spec: spec as never,
        specHash: '',
        references: [],
        claims: [],
      },
    },
    refusals: [],
    absences: [],
    allows: [],
    policy: config.policy,
  };
}

/** A look that found this. */
export function seenOf(
  more: Partial<Observed>,
  containers: Readonly<Record<string, string>> = {},
  held: readonly Hold[] = [],
): NonNullable<Known['seen']> {
  const observed: Observed = {
    node: 'rift',
    at: now,
    bootId: 'b',
    resources: {},
    blind: {},
    busy: [],
    ...more,
  };
  const records = Object.fromEntries(Object.entries(containers).map(([name, id]) => [name, { id }]));
  return { observed, ledger: { containers: records }, plan: { held, waiting: [] } } as unknown as NonNullable<
    Known['seen']
  >;
}

export function examined(more: Partial<Recorded>): Promise<Examined> {
  const world = { ...healthy, ...more, files: { ...healthy.files, ...more.files } };
  return examine(hostOf(world), new AbortController().signal, world.known);
}

function hostOf(world: Recorded): ReadHost {
  const entry = (path: string): Entry | undefined => {
    const found = world.files[path];
    return typeof found === 'string' ? { text: found, mode: 0o644, uid: 0 } : found;
  };
  const statOf: ReadHost['files']['stat'] = async (path) => {
    const found = entry(path);
    if (found === undefined) return undefined;
    const { kind = 'file', mode = 0o644, uid = 850 } = found;
    const device = Object.keys(world.space).find((at) => path === at) ?? 'root';
    return {
      kind,
      mode,
      uid,
      gid: uid,
      size: found.text?.length ?? 0,
      mtimeMs: 0,
      mtimeNs: '0',
      birthNs: '0',
      inode: path,
      device,
    };
  };
  const refuse = (): never => {
    throw new TypeError('not recorded');
  };
  return {
    clock: { now: () => world.now, sleep: refuse },
    home: {
      home: '/home/ops',
      runtimeDir: '/run/user/850',
      configDir: '/home/ops/.config',
      stateDir: '/home/ops/.local/state',
    },
    proc: {
      uid: () => world.uid,
      startTicks: refuse,
      parent: refuse,
      listens: refuse,
      programs: refuse,
      network: refuse,
      bootId: async () => 'b',
      upMs: () => 3_600_000,
    },
    http: { request: refuse },
    net: { listening: async () => world.listening } as unknown as ReadHost['net'],
    files: {
      read: async (path) => {
        const text = entry(path)?.text;
        return text === undefined ? undefined : Buffer.from(text);
      },
      text: async (path) => entry(path)?.text,
      list: async (path) => {
        const names = Object.keys(world.files).flatMap((file) =>
          file.startsWith(`${path}/`) && world.files[file] !== undefined
            ? [file.slice(path.length + 1).split('/')[0] ?? '']
            : [],
        );
        return names.length === 0 ? undefined : [...new Set(names)].sort();
      },
      isEmpty: async () => false,
      stat: statOf,
      stats: (paths) => Promise.all(paths.map(statOf)),
      realpath: async (path) => (entry(path) === undefined ? undefined : path),
      space: async (path) =>
        entry(path) === undefined
          ? undefined
          : {
              freeBytes: 50 * gibi,
              totalBytes: 100 * gibi,
              freeInodes: 1e6,
              totalInodes: 2e6,
              isMemory: false,
              ...world.space[path],
            },
    },
    run: {
      run: async (program, args) => {
        if (program !== 'podman' || args[0] !== 'info') return refuse();
        if (world.podman === 'missing') {
          const { FleetError } = await import('@reconcile/core');
          throw new FleetError('RUN_MISSING', 'never', { message: 'run podman' });
        }
        return { exitCode: 0, stdout: '', stderr: '', durationMs: 1, ...world.podman };
      },
      lines: refuse,
    },
  };
}
