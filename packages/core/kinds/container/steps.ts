import type { KindView, Step, Turn } from '../../model/contract.ts';
import type { Json } from '../../model/json.ts';
import type {
  AliasArgs,
  AwaitArgs,
  CreateArgs,
  DeleteArgs,
  DrainArgs,
  SignalArgs,
  StartArgs,
  StopArgs,
} from './args.ts';
import { isNamed } from './compare.ts';
import { withValues } from './filled.ts';
import { containerEnv, containerPorts, probeTarget } from './ports.ts';
import { isStoppedByUs } from './restart.ts';
import type { ContainerCare, ContainerSpec, ContainerState, OnChange } from './spec.ts';
import { dataSteps } from './undo.ts';
import { containerVersion } from './upgrade.ts';

type ContainerTurn = Turn<ContainerSpec, ContainerState, ContainerCare>;

const createTimeoutMs = 60_000;
const startTimeoutMs = 60_000;
const slackMs = 30_000;

export function containerName(key: string): string {
  return key.slice('container/'.length);
}

/** Verbs of one container's turn, in local order. */
export function containerSteps(turn: ContainerTurn, view: KindView): readonly Step[] {
  switch (turn.type) {
    case 'same':
      return [];
    case 'make':
      return making(turn, view, turn.rollout === 'start-first');
    case 'rebuild':
      return [...leaving(turn, 'release'), removal(turn, 'release'), ...making(turn, view, false)];
    case 'update':
      return updating(turn, view);
    case 'stop':
      return isUp(turn) ? leaving(turn, turn.released === true ? 'release' : 'retire') : [];
    case 'retire':
      return [
        ...(isUp(turn) ? leaving(turn, turn.released === true ? 'release' : 'retire') : []),
        removal(turn, 'retire'),
      ];
  }
}

function isUp(turn: ContainerTurn): boolean {
  const phase = turn.observed?.state.phase;
  return phase !== undefined && phase !== 'created' && phase !== 'exited' && phase !== 'leftover';
}

/** Beside a running sibling the network names come only after the gate: aardvark-dns answers for both holders at once. */
function making(turn: ContainerTurn, view: KindView, beside: boolean): Step[] {
  const desired = need(turn.desired);
  const { spec } = desired;
  const lease = (route: string) => view.lease(turn.key, route);
  const named = isNamed(spec.network) && spec.aliases.length > 0;
  const create: CreateArgs = {
    name: containerName(turn.key),
    spec: withValues(spec, view),
    specHash: desired.specHash,
    schema: containerVersion,
    env: containerEnv(spec, lease),
    ports: containerPorts(spec, lease),
    aliases: named && !beside ? spec.aliases : [],
    imageId: view.pin(spec.image)?.imageId ?? '',
  };
  const steps: Step[] = [
    ...dataSteps(turn, view),
    { verb: 'create', phase: 'make', args: create as unknown as Json, risk: 'safe', timeoutMs: createTimeoutMs },
    starting(turn, view),
    awaiting(turn, view),
  ];
  if (named && beside) steps.push(aliasing(turn), awaiting(turn, view, 1));
  return steps;
}

function updating(turn: ContainerTurn, view: KindView): Step[] {
  const named = unnamed(turn) ? [aliasing(turn), awaiting(turn, view, 1)] : [];
  switch (turn.how) {
    case 'start':
      return [...dataSteps(turn, view), starting(turn, view), awaiting(turn, view), ...named];
    case 'restart':
      return [
        ...leaving(turn, 'release'),
        ...dataSteps(turn, view),
        starting(turn, view),
        awaiting(turn, view),
        ...named,
      ];
    case 'signal':
      return [...signalling(turn, view), awaiting(turn, view), ...named];
    case 'alias':
      return named;
    default:
      return [awaiting(turn, view), ...named];
  }
}

/** A replacement that was interrupted before its names were given. */
function unnamed(turn: ContainerTurn): boolean {
  const spec = turn.desired?.spec;
  return (
    spec !== undefined && isNamed(spec.network) && spec.aliases.length > 0 && turn.observed?.state.aliased === false
  );
}

function starting(turn: ContainerTurn, view: KindView): Step {
  const desired = need(turn.desired);
  const state = turn.observed?.state;
  const history = view.slot(turn.slot);
  const ended = turn.how === 'start' && state?.phase === 'exited' && history?.readySinceBoot === true;
  const died = ended && !isStoppedByUs(state, history);
  const args: StartArgs = {
    name: containerName(turn.key),
    spec: withValues(desired.spec, view),
    specHash: desired.specHash,
    schema: containerVersion,
    diedAt: died ? (state?.exitedAt ?? null) : null,
    revert: false,
  };
  return { verb: 'start', phase: 'make', args: args as unknown as Json, risk: 'safe', timeoutMs: startTimeoutMs };
}

function awaiting(turn: ContainerTurn, view: KindView, successes?: number): Step {
  const desired = need(turn.desired);
  const { spec } = desired;
  const care = need(desired.care);
  const good = view.slot(turn.slot)?.lastGood;
  const imageId = view.pin(spec.image)?.imageId ?? '';
  const proven =
    good !== undefined && good.resource.specHash === desired.specHash && (imageId === '' || good.imageId === imageId);
  const replacement = good !== undefined && !proven;
  const target = probeTarget(spec, care.health.port, (route) => view.lease(turn.key, route));
  const args: AwaitArgs = {
    name: containerName(turn.key),
    health: care.health,
    ...target,
    hostNetwork: spec.network === 'host',
    successes: successes ?? (replacement ? Math.max(2, care.health.successes) : care.health.successes),
    minReadyMs: replacement && successes === undefined ? care.update.minReadyMs : 0,
    deadlineMs: care.update.deadlineMs,
    replacement: replacement && care.update.rollback,
    specHash: desired.specHash,
    imageId,
  };
  return {
    verb: 'await',
    phase: 'ready',
    args: args as unknown as Json,
    risk: 'safe',
    timeoutMs: care.update.deadlineMs + slackMs,
  };
}

function aliasing(turn: ContainerTurn): Step {
  const { spec } = need(turn.desired);
  const args: AliasArgs = { name: containerName(turn.key), network: spec.network, aliases: spec.aliases };
  return {
    verb: 'alias',
    phase: 'ready',
    args: args as unknown as Json,
    risk: 'disruptive',
    timeoutMs: startTimeoutMs,
  };
}

/** Signals and commands of the files that changed, each once. */
function signalling(turn: ContainerTurn, view: KindView): Step[] {
  const desired = need(turn.desired);
  const spec = withValues(desired.spec, view);
  const changed = new Set(turn.fields.map((field) => field.field));
  const asked = new Map<string, OnChange>();
  for (const file of desired.spec.files) {
    if (changed.has(`files.${file.target}`)) asked.set(JSON.stringify(file.onChange), file.onChange);
  }
  return [...asked.values()].flatMap((how): Step[] => {
    if (typeof how !== 'object') return [];
    const args: SignalArgs = {
      name: containerName(turn.key),
      signal: 'signal' in how ? how.signal : null,
      command: 'exec' in how ? how.exec : null,
      spec,
      specHash: desired.specHash,
      schema: containerVersion,
    };
    const verb = 'signal' in how ? 'signal' : 'exec';
    return [{ verb, phase: 'make', args: args as unknown as Json, risk: 'safe', timeoutMs: startTimeoutMs }];
  });
}

/** Drain what routes bring, then stop. */
function leaving(turn: ContainerTurn, phase: 'release' | 'retire'): Step[] {
  if (!isUp(turn)) return [];
  const spec = (turn.observed?.spec ?? turn.desired?.spec) as Partial<ContainerSpec> | undefined;
  const care = turn.desired?.care;
  const stopTimeoutMs = spec?.stopTimeoutMs ?? 10_000;
  const drainMs = care?.update.drainMs ?? 10_000;
  const name = containerName(turn.key);
  const steps: Step[] = [];
  if ((spec?.routes?.length ?? 0) > 0) {
    const ports = (turn.observed?.state.ports ?? [])
      .map((fact) => Number(fact.split('/')[2]))
      .filter((port) => port > 0);
    const drain: DrainArgs = { name, ports: [...new Set(ports)].sort((a, b) => a - b), drainMs };
    steps.push({ verb: 'drain', phase, args: drain as unknown as Json, risk: 'safe', timeoutMs: drainMs + slackMs });
  }
  const stop: StopArgs = { name, timeoutMs: stopTimeoutMs };
  steps.push({
    verb: 'stop',
    phase,
    args: stop as unknown as Json,
    risk: 'disruptive',
    timeoutMs: stopTimeoutMs + slackMs,
  });
  return steps;
}

function removal(turn: ContainerTurn, phase: 'release' | 'retire'): Step {
  const args: DeleteArgs = {
    name: containerName(turn.key),
    id: turn.observed?.state.id ?? '',
    leftover: turn.observed?.state.phase === 'leftover',
    revert: turn.type === 'rebuild' && turn.reason.code === 'Rebuilt',
  };
  const risk = turn.successor === undefined && turn.type === 'retire' ? 'destructive' : 'disruptive';
  return { verb: 'delete', phase, args: args as unknown as Json, risk, timeoutMs: createTimeoutMs };
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a container turn lacks what its type promises');
  return value;
}
