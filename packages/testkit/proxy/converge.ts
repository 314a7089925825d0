import type {
  Action,
  Endpoint,
  Json,
  KindDefinition,
  KindView,
  ObservedResource,
  Resource,
  Turn,
} from '@reconcile/core';
import type { listenerActions, routeActions } from './actions.ts';
import { proxyAction } from './actions.ts';
import { proxyKinds } from './fake.ts';

/** What should be there: each route with the addresses that its replicas answer at. */
export interface WantedProxy {
  readonly listeners: readonly ReturnType<typeof listenerActions>[];
  readonly routes: readonly { readonly route: ReturnType<typeof routeActions>; readonly targets: readonly string[] }[];
}

interface Ground {
  observe(): Promise<ReadonlyMap<string, ObservedResource>>;
  applyTogether(...actions: readonly Action[]): Promise<void>;
}

/**
 * One pass as the planner would make it, from the kinds' own `compare` and `steps`: listeners, then routes, then what nothing
 * wants. Returns the ids of what was done; none when the proxy is as wanted.
 */
export async function convergeProxy(ground: Ground, wanted: WantedProxy): Promise<string[]> {
  const observed = await ground.observe();
  const view = viewOf(wanted);
  const resources = [...wanted.listeners, ...wanted.routes.map(({ route }) => route)].map(resourceOf);
  const actions = resources.flatMap((resource) => actionsFor(resource, observed.get(resource.key), view));
  const keys = new Set<string>(resources.map((resource) => resource.key));
  const gone = [...observed.values()]
    .filter((seen) => !keys.has(seen.key))
    .map((seen) => proxyAction(seen.key, 'delete', {}));
  for (const group of [
    actions.filter((action) => action.kind === 'listener'),
    actions.filter((action) => action.kind === 'route'),
    gone.filter((action) => action.kind === 'route'),
    gone.filter((action) => action.kind === 'listener'),
  ]) {
    await ground.applyTogether(...group);
  }
  return [...actions, ...gone].map((action) => action.id);
}

function resourceOf({ key, spec }: { key: Resource['key']; spec: unknown }): Resource {
  const kind = key.slice(0, key.indexOf('/'));
  return { key, kind, slot: key, services: [], spec: spec as Json, specHash: 'abcd1234', references: [], claims: [] };
}

function actionsFor(resource: Resource, observed: ObservedResource | undefined, view: KindView): Action[] {
  const kind = proxyKinds.find((definition) => definition.kind === resource.kind) as KindDefinition;
  const verdict = kind.compare(resource, observed, view);
  if (verdict.verdict === 'same') return [];
  if (verdict.verdict !== 'make' && verdict.verdict !== 'update')
    throw new Error(`${resource.key}: ${verdict.verdict}`);
  const turn: Turn = {
    type: verdict.verdict,
    key: resource.key,
    slot: resource.slot,
    desired: resource,
    ...(observed === undefined ? {} : { observed }),
    fields: [],
    reason: { code: 'Changed' },
    ...(verdict.verdict === 'update' ? { how: verdict.how } : {}),
  };
  return kind.steps(turn, view).map((step) => proxyAction(resource.key, step.verb, step.args));
}

/** Only what a route asks of the rest of the world: where its slot's replicas answer. */
function viewOf(wanted: WantedProxy): KindView {
  const endpoints = new Map<string, Endpoint>();
  const members = new Map<string, string[]>();
  for (const { route, targets } of wanted.routes) {
    const slot = route.spec.backends[0]?.slot ?? '';
    const slots = targets.map((_, at) => `${slot}/${at + 1}`);
    members.set(slot, slots);
    for (const [at, target] of targets.entries()) {
      const cut = target.lastIndexOf(':');
      endpoints.set(slots[at] ?? '', {
        ip: target.slice(0, cut).replace(/[[\]]/g, ''),
        port: Number(target.slice(cut + 1)),
      });
    }
  }
  const view: Pick<KindView, 'members' | 'endpoint'> = {
    members: (slot) => members.get(slot) ?? [],
    endpoint: (slot) => endpoints.get(slot),
  };
  return view as KindView;
}
