import type { Desired, Json, Reference, Resource, ResourceKey, SlotKey } from '@reconcile/core';
import { type ContainerSpec, containerClaims, containerReferences } from '@reconcile/core/kinds/container';
import type { JobSpec } from '@reconcile/core/kinds/job';
import type { NetworkSpec } from '@reconcile/core/kinds/network';
import type { VolumeSpec } from '@reconcile/core/kinds/volume';
import { specHash } from '@reconcile/spec/hash';
import { drilledMounts, type MountFacts } from './mounts.ts';
import { type FreePorts, type MovedPort, movePorts } from './ports.ts';

/** What a drill goes by instead of what the node is to be. */
export interface Copy {
  readonly desired: Desired;
  readonly moved: Readonly<Record<SlotKey, readonly MovedPort[]>>;
  /** Slots that cannot run a second time beside the first. */
  readonly unproved: Readonly<Record<SlotKey, string>>;
  /** Resources of kinds that a drill does without, by kind. */
  readonly without: Readonly<Record<string, number>>;
}

export interface CopyFacts extends MountFacts {
  readonly free: FreePorts;
}

/** In place of podman's own network, which cannot be closed. */
const closedNetwork = 'reconcile-drill';

/** Kinds that reach out of podman, and how they are spoken of. */
const outer: Readonly<Record<string, string>> = {
  listener: 'listeners',
  route: 'routes',
  record: 'DNS records',
  certificate: 'certificates',
};

type Drilled = { readonly spec: ContainerSpec; readonly moved: readonly MovedPort[] } | { readonly why: string };

/**
 * The node's desired state as it can run beside the node itself: other ports, the data below a layer, networks without a way out,
 * and nothing that is not podman's. Names, stages, gates and order stay. Pure but for the ports that `free` gives out.
 */
export function drillCopy(desired: Desired, facts: CopyFacts): Copy {
  const moved: Record<SlotKey, readonly MovedPort[]> = {};
  const unproved: Record<SlotKey, string> = {};
  const without: Record<string, number> = {};
  const kept = new Map<ResourceKey, Resource>();
  const all = Object.values(desired.resources);
  for (const resource of all) {
    const word = outer[resource.kind];
    if (word !== undefined) without[word] = (without[word] ?? 0) + 1;
    const spec = runSpec(resource);
    if (spec === undefined || resource.active === false || isNotBooted(resource)) continue;
    const made = drilledSpec(spec, facts);
    if ('why' in made) unproved[resource.slot] = made.why;
    else {
      if (made.moved.length > 0) moved[resource.slot] = made.moved;
      kept.set(resource.key, withSpec(resource, made.spec));
    }
  }
  const runs = [...kept.values()].map((resource) => withReferences(resource, kept, desired));
  const resources = Object.fromEntries([...runs, ...neededBy(runs, desired)].map((one) => [one.key, one]));
  const { trial: _trial, ...rest } = desired;
  return {
    desired: { ...rest, resources, refusals: [] },
    moved,
    unproved: { ...unproved, ...refused(desired) },
    without,
  };
}

function refused({ refusals }: Desired): Record<SlotKey, string> {
  return Object.fromEntries(refusals.map(({ message, slot }) => [slot, `refused: ${message}`]));
}

function runSpec({ kind, spec }: Resource): ContainerSpec | undefined {
  if (kind === 'container') return spec as unknown as ContainerSpec;
  return kind === 'job' ? (spec as unknown as JobSpec).run : undefined;
}

/** Runs that no boot waits for. */
function isNotBooted({ kind, spec }: Resource): boolean {
  if (kind !== 'job') return false;
  const { when } = spec as unknown as JobSpec;
  return when === 'manual' || when === 'schedule';
}

/** What is held back by the host itself cannot be there twice. */
function drilledSpec(spec: ContainerSpec, facts: CopyFacts): Drilled {
  if (spec.network === 'host') return { why: "it has the node's own network, so its ports cannot be others" };
  if (spec.privileged) return { why: 'it is privileged, so it could reach what is not of the drill' };
  if (spec.devices.length > 0) return { why: `it has devices of this node: ${spec.devices.join(', ')}` };
  const mounted = drilledMounts(spec, facts);
  if ('why' in mounted) return mounted;
  const shifted = movePorts({ ...spec, mounts: mounted.mounts }, facts.free);
  if (shifted === undefined) return { why: 'there are no free ports for it' };
  const network = spec.network === 'default' ? closedNetwork : spec.network;
  return { spec: { ...shifted.spec, network }, moved: shifted.moved };
}

function withSpec(resource: Resource, spec: ContainerSpec): Resource {
  if (resource.kind === 'job')
    return { ...resource, spec: { ...(resource.spec as unknown as JobSpec), run: spec } as unknown as Json };
  const claims = resource.claims.filter(({ kind }) => kind === 'name');
  return { ...resource, spec: spec as unknown as Json, claims: [...claims, ...containerClaims(spec)] };
}

/** Of what is there: what was left out is waited for by nobody. */
function withReferences(
  resource: Resource,
  kept: ReadonlyMap<ResourceKey, Resource>,
  { resources }: Desired,
): Resource {
  const slots = new Set([...kept.values()].map(({ slot }) => slot));
  const after = resource.references.filter((one) => ('slot' in one ? slots.has(one.slot) : kept.has(one.key)));
  const spec = runSpec(resource);
  const own = spec === undefined ? [] : containerReferences(spec);
  const isThere = (reference: Reference) =>
    !('key' in reference) || !reference.key.startsWith('secret/') || resources[reference.key] !== undefined;
  return { ...resource, references: [...own.filter(isThere), ...after] };
}

/** Images, networks, volumes and secrets that somebody refers to: made from the node's own, or for the drill. */
function neededBy(runs: readonly Resource[], desired: Desired): readonly Resource[] {
  const users = new Map<ResourceKey, Set<string>>();
  for (const { references, services } of runs) {
    for (const reference of references) {
      if (!('key' in reference)) continue;
      const known = users.get(reference.key) ?? new Set();
      for (const service of services) known.add(service);
      users.set(reference.key, known);
    }
  }
  return [...users].flatMap(([key, services]): Resource[] => {
    const own = desired.resources[key];
    if (key.startsWith('network/')) return [closed(key, { own, services: [...services].sort() })];
    if (own !== undefined) return [own];
    return key.startsWith('volume//') ? [hostDirectory(key, [...services].sort())] : [];
  });
}

/** Programs find each other, and nothing else: a second copy must not send mail, take work or tell others of itself. */
function closed(
  key: ResourceKey,
  { own, services }: { own: Resource | undefined; services: readonly string[] },
): Resource {
  const base: NetworkSpec =
    own === undefined
      ? { name: closedNetwork, driver: 'bridge', subnets: [], internal: true, ipv6: false, options: {} }
      : (own.spec as unknown as NetworkSpec);
  const spec: NetworkSpec = { ...base, driver: 'bridge', internal: true, options: {} };
  return plain(key, { kind: 'network', spec: spec as unknown as Json, services });
}

function hostDirectory(key: ResourceKey, services: readonly string[]): Resource {
  const spec: VolumeSpec = { source: 'host', name: key.slice('volume/'.length), driver: '', options: {} };
  return plain(key, { kind: 'volume', spec: spec as unknown as Json, services });
}

function plain(key: ResourceKey, { kind, services, spec }: Pick<Resource, 'kind' | 'services' | 'spec'>): Resource {
  return { key, kind, slot: key, services, spec, specHash: specHash(spec), references: [], claims: [] };
}
