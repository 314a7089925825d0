import type { Desired, Event, Plan, Principal, Wait } from '@reconcile/core';
import { askStore, makeApart, proveApart, type StoreWord } from '@reconcile/drivers/podman/apart';
import { Failpoint, runPass } from '@reconcile/engine';
import type { Host, ReadHost } from '@reconcile/host';
import {
  enterGeneration,
  lastGoodSnapshot,
  listJobs,
  listLeases,
  listPins,
  putJob,
  putPin,
  type Registry,
} from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import { storeBlobs } from '../desired/blobs.ts';
import type { Install } from '../desired/model.ts';
import { storedCommit } from '../desired/stored.ts';
import { keepNotes, registryMemory } from '../memory/memory.ts';
import { ensureNodeKey } from '../node/key.ts';
import { nodePaths } from '../node/paths.ts';
import { becomeWriter, type Writer } from '../pass/writer.ts';
import { ageKeyFile } from '../secrets/key.ts';
import { nodeDrivers } from '../wire/drivers/index.ts';
import { nodeKinds } from '../wire/kinds/index.ts';
import { type Copy, drillCopy } from './copy.ts';
import { fail } from './errors.ts';
import { sourceFacts } from './facts.ts';
import { clearPlace, type DrillPlace, deadPlaces, type Environment, hostInside, makePlace } from './place.ts';
import { FreePorts } from './ports.ts';
import { type DrillReport, drillReport } from './report.ts';

export interface DrillInput {
  readonly config: NodeConfig;
  /** This machine, as its user sees it. */
  readonly host: Host;
  /** The caller's. */
  readonly env: Environment;
  /** This node's memory; read, never written. */
  readonly registry: Registry;
  readonly install: Install;
  readonly by: Principal;
  /** Fires at Ctrl-C: the drill ends, and everything it made is removed. */
  readonly signal: AbortSignal;
  readonly tell: (news: DrillNews) => void;
}

/** What a person may want to see meanwhile. */
export type DrillNews =
  | { readonly type: 'cleared'; readonly id: string }
  | { readonly type: 'begun'; readonly id: string; readonly root: string }
  | { readonly type: 'event'; readonly event: Event };

/** Of everything but the removal at the end, ms. */
const deadlineMs = 15 * 60_000;
/** A pause between tries that is sat out. */
const shortPauseMs = 5000;

/**
 * Brings this node up once more, beside itself: a podman in a place of its own, the ordinary planner, engine and driver, what was
 * read and found good last. What drills that were killed left is removed first; everything this one makes is removed at its end,
 * however it ends. Nothing of the node is written. @throws DRILL_BUSY DRILL_NOTHING DRILL_LEFT PODMAN_NOT_APART
 */
export async function runDrill(input: DrillInput): Promise<DrillReport> {
  const { config, env, host, tell } = input;
  const desired = await lastGoodDesired(input);
  for (const dead of await deadPlaces(config, host)) {
    await clearPlace(host, env, dead);
    tell({ type: 'cleared', id: dead.id });
  }
  const place = await makePlace(config, host);
  try {
    tell({ type: 'begun', id: place.id, root: place.root });
    return await drillIn(
      place,
      { ...input, signal: AbortSignal.any([input.signal, AbortSignal.timeout(deadlineMs)]) },
      desired,
    );
  } finally {
    await clearPlace(host, env, place);
  }
}

async function lastGoodDesired(input: DrillInput): Promise<Desired> {
  const { config, registry } = input;
  const what = { message: `drill ${config.node}` };
  if (config.drivers.containers !== 'podman')
    throw fail('DRILL_NOTHING', {
      ...what,
      actual: 'this node has no containers',
      hint: 'node.toml [drivers] containers',
    });
  const good = registry.read(lastGoodSnapshot);
  const { desired } = good === undefined ? { desired: undefined } : await storedCommit(input, good.commit, undefined);
  if (desired !== undefined) return desired;
  throw fail('DRILL_NOTHING', { ...what, actual: 'nothing was read and found good yet', hint: 'reconcile apply' });
}

async function drillIn(place: DrillPlace, input: DrillInput, desired: Desired): Promise<DrillReport> {
  const { env, host, registry, signal } = input;
  const own = await askStore(host, signal);
  await makeApart({ env, host, place, own });
  const inside = await hostInside(host, env, place);
  await proveApart(inside, place, signal);
  const leases = Object.values(registry.read(listLeases));
  const busy = await host.net.listening();
  const overlays = own.driver === 'overlay';
  const volumePath = await realPath(host, own.volumePath);
  const facts = {
    sources: await sourceFacts(host, desired, volumePath),
    overlays,
    free: new FreePorts([...leases, ...busy.map(({ port }) => port), ...declaredPorts(desired)]),
  };
  const copy = drillCopy(desired, facts);
  const events: Event[] = [];
  const startedAt = host.clock.now();
  const emit = (event: Event) => {
    events.push(event);
    input.tell({ type: 'event', event });
  };
  const left = await pass({ ...input, emit, copy, inside: besides(inside, leases), place, volumePath });
  return drillReport({ desired, copy, events, startedAt, left, overlays });
}

async function realPath({ files }: ReadHost, path: StoreWord['volumePath']): Promise<string> {
  return (await files.realpath(path)) ?? path;
}

/** Ports that definitions ask for, whether or not anybody listens there now. */
function declaredPorts({ resources }: Desired): readonly number[] {
  return Object.values(resources).flatMap(({ claims }) =>
    claims.flatMap(({ kind, value }) => (kind === 'port' ? portsOf(value) : [])),
  );
}

/** `tcp/127.0.0.1/5000-5010` → all of them. */
function portsOf(claim: string): readonly number[] {
  const [from = 0, to = from] = claim
    .slice(claim.lastIndexOf('/') + 1)
    .split('-')
    .map(Number);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
}

/** Leases of the node count as taken although nobody may listen there now. */
function besides(host: Host, leases: readonly number[]): Host {
  const busy = leases.map((port) => ({ protocol: 'tcp', ip: '127.0.0.1', port }) as const);
  return { ...host, net: { ...host.net, listening: async () => [...(await host.net.listening()), ...busy] } };
}

interface Passing extends DrillInput {
  readonly copy: Copy;
  readonly place: DrillPlace;
  /** With the environment of the podman in that place. */
  readonly inside: Host;
  /** The node's own volumes. */
  readonly volumePath: string;
  readonly emit: (event: Event) => void;
}

/** The ordinary pass with a memory of its own. @returns what was left at its end; undefined: it was cut off */
async function pass(input: Passing): Promise<Plan | undefined> {
  const { config: node, copy, inside, install, place, signal, volumePath } = input;
  const config: NodeConfig = {
    ...node,
    stateDir: place.state,
    drivers: { ...node.drivers, proxy: 'none' },
    policy: { ...node.policy, mounts: [...node.policy.mounts, volumePath] },
    ageKeyFile: ageKeyFile(node),
    driverTable: () => undefined,
  };
  const writer = await becomeWriter({ config, host: inside, install, signal, waitMs: 0 });
  try {
    return await passAs(writer, { ...input, config, copy });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    await writer.close();
  }
}

async function passAs({ registry }: Writer, input: Passing): Promise<Plan | undefined> {
  const { by, config, copy, emit, inside: host, registry: known, signal } = input;
  const { clock } = host;
  const generation = await begin(registry, input);
  const desired = { ...copy.desired, generation };
  const drivers = await nodeDrivers(config, host);
  const bootId = await host.proc.bootId();
  const prepared = { isDone: false };
  const report = await runPass({
    desired,
    kinds: await nodeKinds(config),
    drivers: drivers.byKind,
    host,
    context: { host, signal, log: quietLog, node: config.node, fleet: desired.fleet, bootId },
    memory: registryMemory({ registry, desired, bootId, by, now: () => clock.now() }),
    failpoint: new Failpoint(undefined),
    isCurrent: () => true,
    emit,
    scope: (made) => made,
    approve: async () => true,
    prepare: async (made, context) => {
      const paths = nodePaths(config);
      if (!prepared.isDone) {
        for (const dir of [paths.blobs, paths.files, paths.logs]) await host.files.makeDir(dir, { mode: 0o700 });
        await ensureNodeKey(host, paths.nodeKey);
        for (const driver of drivers.observers) {
          const facts = await driver.preflight?.(context);
          if (facts !== undefined) await keepNotes(registry, facts);
        }
      }
      prepared.isDone = true;
      const from = { stateDir: config.stateDir, registry: known, commit: desired.commit, fresh: undefined };
      await storeBlobs(host, made.actions, from);
    },
    patient: (wait) => isPatient(wait, clock.now()),
  });
  return signal.aborted ? undefined : report.whole;
}

/** Where a recovery with this node's registry would begin: what images meant, and which jobs have been run for them. */
async function begin(registry: Registry, { by, copy, inside, registry: known }: Passing): Promise<number> {
  const at = inside.clock.now();
  const { desired } = copy;
  const pins = known.read(listPins);
  const jobs = known.read(listJobs);
  return registry.write((rows) => {
    for (const [ref, pin] of Object.entries(pins)) putPin(rows, ref, { ...pin, at });
    for (const [slot, mark] of Object.entries(jobs)) putJob(rows, slot, mark);
    return enterGeneration(rows, { commit: desired.commit, at, by });
  });
}

function isPatient({ code, until }: Wait, now: number): boolean {
  if (until === undefined) return false;
  return code === 'StageNotReady' || (code === 'BackingOff' && until - now <= shortPauseMs);
}

const quietLog = { debug: () => undefined, warn: () => undefined };
