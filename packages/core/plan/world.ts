import type { Endpoint, KindDefinition, KindView, PlanInput } from '../model/contract.ts';
import type { Pin } from '../model/history.ts';
import type { ObservedResource } from '../model/observed.ts';
import type { Kind, Reference, Resource, ResourceKey, SlotKey } from '../model/resource.ts';
import type { Draft } from './draft.ts';
import { Leases } from './leases.ts';
import { Sockets } from './sockets.ts';

/** Everything one planning turn knows, with the indexes that keep it linear. Built once, filled by the passes in order. */
export class World {
  readonly input: PlanInput;
  readonly kinds: ReadonlyMap<Kind, KindDefinition>;
  /** Effective desired, parts included once containers are bound. */
  readonly resources: Map<ResourceKey, Resource>;
  readonly drafts = new Map<ResourceKey, Draft>();
  /** The draft that fills a slot of a replaceable kind. */
  readonly bound = new Map<SlotKey, Draft>();
  /** Component → its slots (itself, or its replicas). */
  readonly groups = new Map<SlotKey, SlotKey[]>();
  readonly leases: Leases;
  /** Everything observed, listed once: a thousand services make several thousand entries. */
  readonly seen: readonly ObservedResource[];
  /** What each slot of a replaceable kind is to be filled with. */
  readonly wanted = new Map<SlotKey, Resource>();
  /** Wanted or seen, sorted. */
  readonly slots: readonly SlotKey[];
  /** Managed resources by kind and slot. */
  readonly seenBySlot = new Map<SlotKey, ObservedResource[]>();
  readonly view: KindView;
  readonly #sockets: Sockets;

  constructor(input: PlanInput, kinds: ReadonlyMap<Kind, KindDefinition>, resources: Iterable<Resource>) {
    this.input = input;
    this.kinds = kinds;
    this.resources = new Map();
    for (const resource of resources) this.resources.set(resource.key, resource);
    this.seen = Object.values(input.observed.resources);
    this.leases = new Leases(this.seen);
    this.#sockets = new Sockets(input.observed.busy, this.seen, kinds);
    this.#index();
    this.slots = [...new Set([...this.wanted.keys(), ...this.seenBySlot.keys()])].sort();
    this.#group();
    this.view = this.#makeView();
  }

  #index(): void {
    for (const resource of this.resources.values()) {
      if (this.kinds.get(resource.kind)?.mutable === false) this.wanted.set(resource.slot, resource);
    }
    for (const seen of this.seen) {
      if (seen.owner === 'foreign' || this.kinds.get(seen.kind)?.mutable !== false) continue;
      const list = this.seenBySlot.get(seen.slot);
      if (list === undefined) this.seenBySlot.set(seen.slot, [seen]);
      else list.push(seen);
    }
  }

  #group(): void {
    for (const slot of this.slots) {
      if (!this.wanted.has(slot)) continue;
      this.#push(slot, slot);
      const component = slot.replace(/\/\d+$/, '');
      if (component !== slot) this.#push(component, slot);
    }
  }

  #push(group: SlotKey, slot: SlotKey): void {
    const list = this.groups.get(group);
    if (list === undefined) this.groups.set(group, [slot]);
    else if (!list.includes(slot)) list.push(slot);
  }

  #makeView(): KindView {
    const { desired, observed, history, now } = this.input;
    return {
      desired,
      observed,
      history,
      now,
      bound: (slot) => this.bound.get(slot)?.key,
      members: (slot) => this.groups.get(slot) ?? [],
      lease: (container, route) => this.leases.of(container, route),
      leased: (key) => this.leases.get(key),
      endpoint: (slot, route) => this.#endpoint(slot, route),
      standing: (slot, route) => this.#standing(slot, route),
      isTaken: (port) => this.#sockets.isTaken(port),
      pin: (ref) => pinOf(this.input, ref),
      slot: (slot) => history.slots[slot],
    };
  }

  #endpoint(slot: SlotKey, route: string): Endpoint | undefined {
    const target = this.bound.get(slot);
    const spec = target?.desired?.spec;
    if (target === undefined || spec === undefined || (target.wait !== undefined && target.observed === undefined))
      return undefined;
    return target.def.endpoint?.(spec, route, this.leases.of(target.key, route));
  }

  #standing(slot: SlotKey, route: string): Endpoint[] {
    return (this.seenBySlot.get(slot) ?? []).flatMap((seen) => {
      const def = this.kinds.get(seen.kind);
      const spec = seen.spec === undefined ? undefined : def?.upgrade(seen.spec, seen.schema ?? 0);
      const found = spec === undefined ? undefined : def?.endpoint?.(spec, route, this.leases.of(seen.key, route));
      return found ?? [];
    });
  }

  /** Drafts a reference leads to: one key, or all replicas of a component. */
  follow(reference: Reference): Draft[] {
    if ('key' in reference) {
      const one = this.drafts.get(reference.key);
      return one === undefined ? [] : [one];
    }
    return (this.groups.get(reference.slot) ?? []).flatMap((slot) => this.bound.get(slot) ?? []);
  }

  /** The owner of a part: `port-lease/web-1234/http` → `container/web-1234`. */
  ownerOf(key: ResourceKey, def: KindDefinition): ResourceKey | undefined {
    return def.partOf === undefined ? undefined : `${def.partOf}/${key.split('/')[1] ?? ''}`;
  }
}

/** What a reference means: as pinned at first use, else what it means in local storage right now. */
export function pinOf(input: PlanInput, ref: string): Pin | undefined {
  const pinned = input.history.pins[ref];
  if (pinned !== undefined) return pinned;
  const state = input.observed.resources[`image/${ref}`]?.state as { imageId?: string } | null | undefined;
  return state?.imageId === undefined || state.imageId === '' ? undefined : { imageId: state.imageId };
}
