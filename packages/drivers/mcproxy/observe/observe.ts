import {
  type Json,
  type ObserveContext,
  type ObservedResource,
  type Observer,
  type ResourceKey,
  sameJson,
} from '@reconcile/core';
import { bindClaim, type ListenerState } from '@reconcile/core/kinds/listener';
import { certificateOf, type RouteState, routeReferences } from '@reconcile/core/kinds/route';
import type { ReadHost } from '@reconcile/host';
import { type RouteRecord, specOf } from '../record/record.ts';
import { plainAddress, routeOf } from '../record/route.ts';
import type { McproxySettings } from '../settings/settings.ts';
import type { Message } from '../wire/messages.ts';
import { withReading } from './ask.ts';
import { addressesOf, desiredListeners, look, routesAt, type Sight } from './look.ts';

export const mcproxyKinds = ['listener', 'route'] as const;

/** The reading half: what the running MC-Proxy has, told apart from what we recorded. */
export function mcproxyObserver(settings: McproxySettings): Observer<ReadHost> {
  return {
    name: 'mcproxy',
    serves: mcproxyKinds,
    async observe(cx) {
      const sight = await withReading(cx.host, settings, (connection) => look(cx.host, settings, connection));
      const routes = Object.entries(sight.record.routes).map(([key, record]) =>
        routeResource(key as ResourceKey, record, routeState(record, sight, settings)),
      );
      return { resources: [...listeners(cx, sight), ...routes, ...foreign(cx, sight)] };
    },
  };
}

/**
 * Listeners are MC-Proxy's own: one that is asked for and there is as it should be; the others are nobody's business here, so
 * that none is ever made or removed.
 */
function listeners({ desired }: ObserveContext<ReadHost>, { running }: Sight): ObservedResource[] {
  return [...desiredListeners(desired).values()].flatMap(({ spec, services }) => {
    const found = addressesOf(spec, running);
    const binds = spec.binds.filter((_, at) => found[at] !== undefined);
    if (binds.length === 0) return [];
    const { edges } = spec;
    const state: ListenerState = { binds, tls: true, ...(edges === undefined ? {} : { edges }) };
    const key: ResourceKey = `listener/${spec.port}`;
    return [resource(key, { services, spec: spec as unknown as Json, schema: 1, state, claims: binds.map(bindClaim) })];
  });
}

function routeState(record: RouteRecord, sight: Sight, settings: McproxySettings): RouteState {
  const wanted = rendered(record, settings);
  const { hostname } = specOf(record);
  const seen = record.addresses.map((addr) => routesAt(sight, addr, hostname));
  const asRecorded = seen.every((one) => sameJson((one ?? null) as Json, (wanted ?? null) as Json));
  const stale = (sight.certificates.get(certificateOf(specOf(record))) ?? '') !== record.certificate;
  if (asRecorded && record.addresses.length > 0) {
    return { targets: record.targets, parked: false, drifted: false, ...(stale ? { staleCertificate: true } : {}) };
  }
  const targets = [...new Set(seen.flatMap((one) => (one === undefined ? [] : [one.backend])))].sort();
  return { targets, parked: false, drifted: true };
}

/** A record that cannot be rendered was edited: it is not what runs, whatever runs. */
function rendered(record: RouteRecord, settings: McproxySettings): Message<'Route'> | undefined {
  try {
    return routeOf(record, settings);
  } catch {
    return undefined;
  }
}

function routeResource(key: ResourceKey, record: RouteRecord, state: RouteState): ObservedResource {
  const { services, spec, specHash, schema } = record;
  const references = routeReferences(specOf(record));
  return resource(key, { services, spec: spec as unknown as Json, specHash, schema, state, references });
}

/** Of somebody else, or put there before our record was lost. By the port that definitions know the listener by. */
function foreign({ desired }: ObserveContext<ReadHost>, sight: Sight): ObservedResource[] {
  const { record, running } = sight;
  const ours = new Set(
    Object.values(record.routes).flatMap((one) =>
      one.addresses.map((addr) => `${addr} ${specOf(one).hostname.toLowerCase()}`),
    ),
  );
  const ports = new Map<string, string>();
  for (const [port, { spec }] of desiredListeners(desired)) {
    for (const addr of addressesOf(spec, running)) if (addr !== undefined) ports.set(addr, String(port));
  }
  const found = new Map<ResourceKey, ObservedResource>();
  for (const [addr, routes] of running) {
    const port = ports.get(addr) ?? plainAddress(addr)?.split(':').at(-1) ?? addr;
    for (const { hostname, backend } of routes) {
      const key: ResourceKey = `route/${port}/${hostname}`;
      if (ours.has(`${addr} ${hostname.toLowerCase()}`) || record.routes[key] !== undefined) continue;
      const state: RouteState = { targets: [backend], parked: false, drifted: false };
      found.set(key, resource(key, { services: [], owner: 'foreign', state }));
    }
  }
  return [...found.values()];
}

type Given = Pick<ObservedResource, 'services'> &
  Partial<Omit<ObservedResource, 'state'>> & { readonly state: ListenerState | RouteState };

function resource(key: ResourceKey, { state, ...given }: Given): ObservedResource {
  return {
    key,
    kind: key.slice(0, key.indexOf('/')),
    slot: key,
    owner: 'managed',
    health: 'none',
    references: [],
    claims: [],
    ...given,
    state: state as unknown as Json,
  };
}
