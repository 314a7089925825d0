import type { Observed, ObservedResource, ResourceKey } from '@reconcile/core';
import type { ContainerState } from '@reconcile/core/kinds/container';
import fc from 'fast-check';

/** What hands, kernels and crashes do to a node behind our back. */
export type Drift =
  | 'stopped'
  | 'killed'
  | 'monitor-lost'
  | 'removed'
  | 'never-started'
  | 'recreated'
  | 'leftover'
  | 'tag-moved'
  | 'network-removed'
  | 'volume-removed'
  | 'route-edited'
  | 'route-parked'
  | 'record-edited'
  | 'record-removed'
  | 'file-edited'
  | 'lease-lost'
  | 'unhealthy';

export const drifts: readonly Drift[] = [
  'stopped',
  'killed',
  'monitor-lost',
  'removed',
  'never-started',
  'recreated',
  'leftover',
  'tag-moved',
  'network-removed',
  'volume-removed',
  'route-edited',
  'route-parked',
  'record-edited',
  'record-removed',
  'file-edited',
  'lease-lost',
  'unhealthy',
];

export const someDrift = fc.array(fc.record({ what: fc.constantFrom(...drifts), pick: fc.nat() }), {
  minLength: 1,
  maxLength: 6,
});

/** Applies one drift to one resource it fits, chosen by `pick`; the world unchanged when there is none. */
export function drift(observed: Observed, what: Drift, pick: number): Observed {
  const kind = kindOf(what);
  const fitting = Object.values(observed.resources)
    .filter((r) => r.kind === kind && r.owner === 'managed')
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const target = fitting[pick % Math.max(1, fitting.length)];
  if (target === undefined) return observed;
  const resources: Record<ResourceKey, ObservedResource> = { ...observed.resources };
  const after = change(target, what, observed.at);
  if (after === undefined) delete resources[target.key];
  else resources[target.key] = after;
  return { ...observed, at: observed.at + 1000, resources };
}

function kindOf(what: Drift): string {
  switch (what) {
    case 'tag-moved':
      return 'image';
    case 'network-removed':
      return 'network';
    case 'volume-removed':
      return 'volume';
    case 'route-edited':
    case 'route-parked':
      return 'route';
    case 'record-edited':
    case 'record-removed':
      return 'record';
    case 'file-edited':
      return 'file';
    case 'lease-lost':
      return 'port-lease';
    default:
      return 'container';
  }
}

function change(target: ObservedResource, what: Drift, at: number): ObservedResource | undefined {
  const state = target.state as unknown as ContainerState;
  const container = (more: Partial<ContainerState>, health: ObservedResource['health'] = 'none'): ObservedResource =>
    ({ ...target, health, state: { ...state, ...more } }) as unknown as ObservedResource;
  const facts = (more: object): ObservedResource =>
    ({ ...target, state: { ...(target.state as object), ...more } }) as unknown as ObservedResource;
  switch (what) {
    case 'stopped':
      return container({ phase: 'exited', exitCode: 0, pid: 0, alive: false, exitedAt: at });
    case 'killed':
      return container({ phase: 'exited', exitCode: 137, pid: 0, alive: false, exitedAt: at });
    case 'monitor-lost':
      return container({ alive: false });
    case 'never-started':
      return container({ phase: 'created', pid: 0, alive: false });
    case 'recreated':
      return container({ ports: ['tcp//1/1'], id: 'by-hand', recreated: true }, 'healthy');
    case 'leftover':
      return container({ phase: 'leftover', id: '', pid: 0, alive: false });
    case 'unhealthy':
      return { ...target, health: 'starting' };
    case 'tag-moved':
      return facts({ imageId: 'other', pinnedLocal: true });
    case 'route-edited':
      return facts({ targets: ['127.0.0.1:1'], drifted: true });
    case 'route-parked':
      return facts({ parked: true });
    case 'record-edited':
      return facts({ values: ['192.0.2.66'] });
    case 'file-edited':
      return facts({ hash: 'edited' });
    case 'removed':
    case 'record-removed':
    case 'network-removed':
    case 'volume-removed':
    case 'lease-lost':
      return undefined;
  }
}
