import {
  type BusyPort,
  errorText,
  type Health,
  isFleetError,
  type Json,
  type Kind,
  type ObserveContext,
  type Observed,
  type ObservedResource,
  type Observer,
  type Problem,
  type Resource,
  type ResourceKey,
} from '@reconcile/core';
import {
  type ContainerCare,
  type ContainerState,
  probeTarget,
  upgradeContainer,
} from '@reconcile/core/kinds/container';
import type { ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import { lookAtClock } from './clock.ts';
import { withDeadline } from './deadline.ts';
import { glance } from './glance.ts';

const observeTimeoutMs = 15_000;

export interface Look {
  readonly observed: Observed;
  /** What observers want kept for their next look, by note name; empty when nothing changed. */
  readonly notes: Readonly<Record<string, Json>>;
}

/**
 * All drivers look in parallel. One that throws or is late makes its kinds *blind*: unknown, which is not absent. Health of
 * containers that were ready before is glanced at, unless somebody probes all the time; only a gate probes in full.
 */
export async function look(
  cx: ObserveContext<ReadHost>,
  observers: readonly Observer<ReadHost>[],
  { glances = true }: { readonly glances?: boolean } = {},
): Promise<Look> {
  const resources: Record<ResourceKey, ObservedResource> = {};
  const blind: Record<Kind, Problem> = {};
  const notes: Record<string, Json> = {};
  let busy: readonly BusyPort[] = [];
  const looking = observers.map(async (observer) => {
    try {
      const seen = await withDeadline((signal) => observer.observe({ ...cx, signal }), {
        timeoutMs: observeTimeoutMs,
        outer: cx.signal,
        late: () =>
          fail('OBSERVE_TIMEOUT', { message: `${observer.name}: no answer within ${observeTimeoutMs / 1000} s` }),
      });
      for (const resource of seen.resources) resources[resource.key] = resource;
      Object.assign(notes, seen.notes);
    } catch (error) {
      for (const kind of observer.serves) blind[kind] = problemOf(error);
    }
  });
  const listening = cx.host.net.listening().then((found) => {
    busy = found;
  });
  const looksAtClock = lookAtClock(cx);
  const [clock] = await Promise.all([looksAtClock, ...looking, listening]);
  if (glances) await overlayHealth(cx, resources);
  const doubt = clock.doubt === undefined ? {} : { doubt: clock.doubt };
  const observed = { node: cx.node, at: cx.now, bootId: cx.bootId, resources, blind, busy, ...doubt };
  return { observed, notes: { ...notes, ...clock.notes } };
}

function problemOf(error: unknown): Problem {
  const { code = 'OBSERVE_FAILED', hint } = isFleetError(error) ? error : {};
  return { code, message: errorText(error), ...(hint === undefined ? {} : { hint }) };
}

/** Containers that passed their gate are looked at; the others are still starting, whatever they answer now. */
async function overlayHealth(
  cx: ObserveContext<ReadHost>,
  resources: Record<ResourceKey, ObservedResource>,
): Promise<void> {
  const wanted = new Map<string, Resource>();
  for (const resource of Object.values(cx.desired.resources))
    if (resource.kind === 'container') wanted.set(resource.slot, resource);
  await Promise.all(
    Object.values(resources).map(async (seen) => {
      if (
        seen.kind !== 'container' ||
        seen.owner !== 'managed' ||
        (seen.health !== 'healthy' && seen.health !== 'unhealthy')
      )
        return;
      const care = wanted.get(seen.slot)?.care as unknown as ContainerCare | undefined;
      const health = care === undefined ? seen.health : await glanceAt(cx, seen, care);
      if (health !== seen.health) resources[seen.key] = { ...seen, health };
    }),
  );
}

async function glanceAt(cx: ObserveContext<ReadHost>, seen: ObservedResource, care: ContainerCare): Promise<Health> {
  const state = seen.state as unknown as ContainerState;
  const spec = upgradeContainer(seen.spec ?? null, seen.schema ?? 0);
  if (spec === undefined || !state.alive) return seen.health;
  const name = seen.key.slice('container/'.length);
  const found = probeTarget(spec, care.health.port, (route) => cx.ledger.leases[`port-lease/${name}/${route}`]);
  const target = { name, health: care.health, hostNetwork: spec.network === 'host', ...found };
  const good = await glance(cx.host, target, state.pid);
  if (good === undefined) return seen.health;
  if (!good) return 'unhealthy';
  // What was written down as unhealthy has its gate to pass again, however well it looks.
  return seen.health === 'healthy' ? 'healthy' : 'unknown';
}
