import type { SlotKey } from '@reconcile/core';
import type { ContainerCare, CreateArgs, RestartPolicy } from '@reconcile/core/kinds/container';
import { type RenderedMaking, type RenderInput, renderMakings } from './podman.ts';
import { unitWords } from './unit-word.ts';

/** One Quadlet file (podman-systemd.unit(5), podman 4.4 and later). */
export interface QuadletFile {
  readonly slot: SlotKey;
  /** `mcr-api.container`, for `~/.config/containers/systemd`. */
  readonly name: string;
  readonly text: string;
  /** What the definition says and Quadlet cannot: for a person to know. */
  readonly lost: readonly string[];
  /** The container that runs it now, or would. */
  readonly container: string;
}

/** Options of `podman run` that have a key of their own in every podman that knows Quadlet. */
const keys: Readonly<Record<string, string>> = {
  '--env': 'Environment',
  '--publish': 'PublishPort',
  '--volume': 'Volume',
  '--network': 'Network',
  '--secret': 'Secret',
  '--user': 'User',
  '--label': 'Label',
  '--cap-add': 'AddCapability',
  '--device': 'AddDevice',
};

/** Our own, or Quadlet's to give: it runs, names, restarts and replaces by itself. */
const notCarried = new Set(['--detach', '--name', '--restart', '--pull', '--rm', '--replace']);

/**
 * The same containers as Quadlet units, in stage order: same image, ports, mounts, networks; without our labels, so that they
 * belong to systemd alone. What each needs is made before it starts, if it is not there. Reads only.
 */
export async function renderQuadlet(from: RenderInput, isWanted: (slot: SlotKey) => boolean): Promise<QuadletFile[]> {
  const all = await renderMakings(from, () => true);
  return all.filter(({ making }) => isWanted(making.slot)).map((one) => quadletOf(from, one, all));
}

/** A container's name without the hash that tells its versions apart. */
function baseOf(container: string): string {
  return container.replace(/-[0-9a-f]{8}$/, '');
}

function quadletOf(from: RenderInput, one: RenderedMaking, all: readonly RenderedMaking[]): QuadletFile {
  const { making, run } = one;
  const args = making.args as unknown as CreateArgs;
  const care = making.care as unknown as ContainerCare;
  const base = baseOf(run.container);
  const before = predecessors(from, one, all).map(({ run: other }) => `${baseOf(other.container)}.service`);
  const pre = run.needs.filter(({ test }) => !test.startsWith('test -e '));
  const stopS = Math.ceil(args.spec.stopTimeoutMs / 1000) + 10;
  const text = [
    `# ${making.slot}, from ${from.input.desired.commit.slice(0, 12)}`,
    '[Unit]',
    `Description=${making.slot.replaceAll('%', '%%')}`,
    ...(before.length === 0 ? [] : [`Wants=${before.join(' ')}`, `After=${before.join(' ')}`]),
    '',
    '[Container]',
    `ContainerName=${base}`,
    ...containerLines(one.words),
    '',
    '[Service]',
    ...pre.map(
      ({ command, test }) =>
        `ExecStartPre=${unitWords(['/bin/sh', '-c', `${test} || { ${withoutLabels(command)}; }`])}`,
    ),
    `Restart=${restartOf(care.restart)}`,
    'RestartSec=1',
    // An image may have to be fetched.
    'TimeoutStartSec=900',
    `TimeoutStopSec=${stopS}`,
    ...(care.restart === 'no' ? [] : ['', '[Install]', 'WantedBy=default.target']),
  ];
  return {
    slot: making.slot,
    name: `${base}.container`,
    text: `${text.join('\n')}\n`,
    lost: lostOf(care, args),
    container: run.container,
  };
}

/** A network or volume that is made anew belongs to systemd's world, too. As `shellWord` writes words. */
function withoutLabels(command: string): string {
  return command.replace(/ (?:'--label=io\.reconcile\.(?:[^']|'\\'')*'|--label=io\.reconcile\.[^ ']*)/g, '');
}

/** Everything of lower stages, and within its own what it comes after. */
function predecessors(from: RenderInput, one: RenderedMaking, all: readonly RenderedMaking[]): RenderedMaking[] {
  const { resources, services } = from.input.desired;
  const stage = ({ making }: RenderedMaking) => services[making.slot.split('/')[0] ?? '']?.stage ?? 0;
  const own = Object.values(resources).find(({ kind, slot }) => kind === 'container' && slot === one.making.slot);
  const after = (own?.references ?? []).flatMap((ref) => ('slot' in ref ? [ref.slot] : []));
  const isAfter = (slot: string) => after.some((wanted) => slot === wanted || slot.startsWith(`${wanted}/`));
  return all.filter((other) => other !== one && (stage(other) < stage(one) || isAfter(other.making.slot)));
}

/** Exactly the options of the `podman run` line; what has no key goes through as it is. */
function containerLines(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  const [image = '', ...command] = words.slice(end + 1);
  const lines = [`Image=${unitWords([image])}`];
  for (const option of words.slice(2, end)) {
    const cut = option.indexOf('=');
    const flag = cut < 0 ? option : option.slice(0, cut);
    const value = option.slice(cut + 1);
    if (notCarried.has(flag) || (flag === '--label' && value.startsWith('io.reconcile.'))) continue;
    const key = keys[flag];
    lines.push(key === undefined ? `PodmanArgs=${unitWords([option])}` : `${key}=${unitWords([value])}`);
  }
  if (command.length > 0) lines.push(`Exec=${unitWords(command)}`);
  return lines;
}

function restartOf(policy: RestartPolicy): string {
  switch (policy) {
    case 'no':
      return 'no';
    case 'on-failure':
      return 'on-failure';
    case 'always':
    case 'unless-stopped':
      return 'always';
  }
}

function lostOf(care: ContainerCare, { spec }: CreateArgs): string[] {
  const { health } = care;
  return [
    ...(health.type === 'running'
      ? []
      : [
          `health: nobody probes ${health.type}${health.type === 'http' ? ` ${health.path}` : ''}, a unit counts as started when its container runs`,
        ]),
    ...(spec.routes.length === 0
      ? []
      : ['routes, certificates and records: they stay as they are now, nobody looks after them']),
    ...(spec.files.length === 0
      ? []
      : ['files: mounted from where they lie on this node, changes of the repository no longer reach them']),
    ...(spec.secrets.length === 0 ? [] : ['secrets: podman’s copies stay, rotation no longer reaches them']),
  ];
}

/** A HAProxy of ours as a unit of the user's systemd, on the files that it has. */
export function proxyUnit(proxy: {
  readonly binary: string;
  readonly args: readonly string[];
  readonly pidFile: string;
  readonly runDir: string;
}): QuadletFile {
  const binary = proxy.binary.includes('/') ? proxy.binary : `/usr/sbin/${proxy.binary}`;
  const text = [
    '[Unit]',
    'Description=HAProxy, on the routes it had',
    '',
    '[Service]',
    'Type=forking',
    `PIDFile=${proxy.pidFile}`,
    `ExecStartPre=${unitWords(['/bin/mkdir', '-p', '-m', '0700', proxy.runDir])}`,
    `ExecStart=${unitWords([binary, ...proxy.args])}`,
    'Restart=always',
    '',
    '[Install]',
    'WantedBy=default.target',
  ];
  return { slot: '', name: 'reconcile-haproxy.service', text: `${text.join('\n')}\n`, lost: [], container: '' };
}
