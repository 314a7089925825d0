import { sameJson } from '../../model/canonical.ts';
import type { Endpoint, KindDefinition, KindView, Step, Turn } from '../../model/contract.ts';
import type { Json } from '../../model/json.ts';
import { sameList } from '../../model/list.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { FieldChange, Reason } from '../../model/plan.ts';
import type { Reference } from '../../model/resource.ts';
import { left, step } from '../simple.ts';
import {
  certificateOf,
  type ParkArgs,
  type RouteArgs,
  type RouteSpec,
  type RouteState,
  routeDefaults,
} from './spec.ts';

export * from './spec.ts';

/** Backends by slot, the listener, and for L7 on TLS the certificate: without one it must not be served in the clear. */
export function routeReferences(spec: RouteSpec): Reference[] {
  const certificate = certificateOf(spec);
  return [
    { key: `listener/${spec.listener}`, hard: true },
    ...spec.backends.map((backend): Reference => ({ slot: backend.slot })),
    ...(certificate === '' ? [] : [{ key: `certificate/${certificate}`, hard: true } as const]),
    ...(spec.redirectFrom === 0 ? [] : [{ key: `listener/${spec.redirectFrom}` } as const]),
  ];
}

/** Addresses of all replicas behind a route, as far as they are known. */
function targets(spec: RouteSpec, view: KindView): readonly string[] {
  if (spec.remote !== null) return [`${spec.remote.address}:${spec.remote.port}`];
  const found: string[] = [];
  for (const backend of spec.backends) {
    for (const slot of view.members(backend.slot)) {
      const endpoint = view.endpoint(slot, backend.route);
      if (endpoint !== undefined) found.push(address(endpoint));
    }
  }
  return sorted(found);
}

function sorted(targets: readonly string[]): readonly string[] {
  return targets.length < 2 ? targets : [...targets].sort();
}

/** A name on a listener of this node's proxy, and where it leads. */
export const route: KindDefinition<RouteSpec, RouteState> = {
  kind: 'route',
  version: 1,
  staged: false,
  mutable: true,
  optional: true,
  retires: true,
  parks: true,
  upgrade: (recorded) =>
    recorded !== null && typeof recorded === 'object'
      ? { ...routeDefaults, ...(recorded as unknown as RouteSpec) }
      : undefined,
  references: routeReferences,
  claims: () => [],
  compare(desired, observed, view) {
    if (observed === undefined) return { verdict: 'make' };
    if (observed.owner === 'foreign') {
      return {
        verdict: 'blocked',
        code: 'NameConflict',
        on: desired.key,
        message: 'somebody else made a route of that name',
      };
    }
    const same = observed.specHash === desired.specHash && observed.schema === route.version;
    const fields = same ? [] : changedFields(observed as unknown as ObservedResource, desired.spec);
    const wanted = targets(desired.spec, view);
    const seen = sorted(observed.state.targets);
    if (wanted.length > 0 && !sameList(wanted, seen)) fields.push({ field: 'targets', from: seen, to: wanted });
    if (fields.length > 0)
      return {
        verdict: 'update',
        how: 'update',
        fields,
        reason: { code: 'Changed', fields: fields.map((f) => f.field) },
      };
    const text = observed.state.drifted
      ? 'edited behind our back'
      : observed.state.staleCertificate === true
        ? 'its certificate was renewed'
        : undefined;
    if (text !== undefined) return { verdict: 'update', how: 'update', fields, reason: { code: 'Changed', text } };
    if (observed.state.parked) return { verdict: 'update', how: 'unpark', fields, reason: { code: 'Parked' } };
    return { verdict: 'same' };
  },
  ready: (_desired, observed) => !observed.state.parked,
  steps,
  effect(action, before) {
    switch (action.verb) {
      case 'delete':
        return 'gone';
      case 'park':
        return before === undefined ? 'gone' : { ...before, state: { ...before.state, parked: true } };
      default: {
        const args = action.args as unknown as RouteArgs;
        const state: RouteState = { targets: args.targets, parked: false, drifted: false };
        return left(action, state, {
          spec: args.spec as unknown as Json,
          specHash: args.specHash,
          schema: 1,
          references: routeReferences(args.spec),
        });
      }
    }
  },
};

function changedFields(observed: ObservedResource, wanted: RouteSpec): FieldChange[] {
  const recorded = observed.spec === undefined ? undefined : route.upgrade(observed.spec, observed.schema ?? 0);
  const fields: FieldChange[] = [];
  for (const field of Object.keys(routeDefaults) as (keyof RouteSpec)[]) {
    const from = (recorded ?? routeDefaults)[field] as unknown as Json;
    const to = wanted[field] as unknown as Json;
    if (!sameJson(from, to)) fields.push({ field, from, to });
  }
  return fields;
}

/** Of the targets the running proxy has, those whose container stops. */
function parkedTargets(turn: Turn<RouteSpec, RouteState>, view: KindView): string[] {
  const routes = new Set(turn.desired?.spec.backends.map((backend) => backend.route) ?? []);
  const stopping = new Set<string>();
  for (const slot of turn.parking ?? []) {
    for (const name of routes) for (const endpoint of view.standing(slot, name)) stopping.add(address(endpoint));
  }
  return (turn.observed?.state.targets ?? []).filter((target) => stopping.has(target));
}

function address(endpoint: Endpoint): string {
  return `${endpoint.ip.includes(':') ? `[${endpoint.ip}]` : endpoint.ip}:${endpoint.port}`;
}

function steps(turn: Turn<RouteSpec, RouteState>, view: KindView): readonly Step[] {
  if (turn.type === 'retire') return [step('delete', turn.released === true ? 'release' : 'retire', {})];
  if (turn.desired === undefined) return [];
  const args: RouteArgs = {
    spec: turn.desired.spec,
    specHash: turn.desired.specHash,
    targets: targets(turn.desired.spec, view),
  };
  const park: ParkArgs = { targets: parkedTargets(turn, view) };
  const parks = park.targets.length > 0 && turn.observed !== undefined && !turn.observed.state.parked;
  const reason: Reason = { code: 'Unhealthy', text: `none of ${turn.parking?.join(', ') ?? ''} is well` };
  const parking = parks ? [{ ...step('park', 'release', park), ...(turn.staysParked === true ? { reason } : {}) }] : [];
  if (turn.staysParked === true && turn.type === 'same') return parking;
  if (turn.type === 'make') return [step('create', 'make', args)];
  if (turn.type === 'update' && turn.how !== 'unpark') return [...parking, step('update', 'make', args)];
  if (turn.type === 'update' || parks) return [...parking, step('unpark', 'make', args)];
  return [];
}
