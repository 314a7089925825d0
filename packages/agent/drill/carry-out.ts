import type { Desired, Event, Principal } from '@reconcile/core';
import { askStore, makeApart, proveApart } from '@reconcile/drivers/podman/apart';
import type { Host } from '@reconcile/host';
import { lastGoodSnapshot, listLeases, type Registry } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import type { Install } from '../desired/model.ts';
import { storedCommit } from '../desired/stored.ts';
import { drillCopy } from './copy.ts';
import { fail } from './errors.ts';
import { sourceFacts } from './facts.ts';
import { drillPass } from './pass.ts';
import { clearPlace, deadPlaces, type Environment, hostInside, makePlace } from './place.ts';
import type { DrillPlace } from './places.ts';
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
  const volumePath = (await host.files.realpath(own.volumePath)) ?? own.volumePath;
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
  const left = await drillPass({ ...input, emit, copy, inside: besides(inside, leases), place, volumePath });
  return drillReport({ desired, copy, events, startedAt, left, overlays });
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
