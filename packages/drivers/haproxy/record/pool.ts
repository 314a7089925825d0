import type { ResourceKey } from '@reconcile/core';
import type { Manifest, RouteRecord } from './manifest.ts';
import { type Shape, sameShape, shapeName, shapeOf } from './shape.ts';

/** Always kept ready, so that the first route of either kind needs no reload. */
const usual: readonly Shape[] = [
  { mode: 'http', retries: 120, proxyProtocol: false, slots: 4 },
  { mode: 'tcp', retries: 120, proxyProtocol: false, slots: 4 },
];
const fewestSpares = 16;

/** Grows with the number in use, so that adding n routes one by one costs some log n reloads. */
function sparesFor(used: number): number {
  return Math.max(fewestSpares, Math.ceil(used / 4));
}

/**
 * Gives every route a backend of its shape, and every target a server in it. Backends that a route of `before` leaves go to
 * the end of the spares and are not given away in the same turn. New ones are made only when a shape has run out; since that
 * costs a reload anyway, spares of every shape are then filled up or cut back.
 */
export function allocate(next: Manifest, before: Manifest): Manifest {
  const pool = new Pool(before);
  const keys = inOrder(Object.keys(next.routes)) as ResourceKey[];
  const routes: Record<ResourceKey, RouteRecord> = {};
  const unplaced: ResourceKey[] = [];
  const used = new Set<string>();
  for (const key of keys) {
    const route = next.routes[key] as RouteRecord;
    const shape = shapeOf(route.spec, route.targets.length);
    const kept = pool.fits(route.backend, shape) && !used.has(route.backend);
    const backend = kept ? route.backend : pool.take(shape);
    if (backend === undefined) unplaced.push(key);
    else {
      used.add(backend);
      routes[key] = place(route, { backend, slots: pool.slots(backend), fresh: !kept });
    }
  }
  pool.free(used);
  if (unplaced.length > 0 || pool.isNew) {
    for (const key of unplaced) {
      const route = next.routes[key] as RouteRecord;
      const shape = shapeOf(route.spec, route.targets.length);
      const backend = pool.make(shape);
      used.add(backend);
      routes[key] = place(route, { backend, slots: pool.slots(backend), fresh: true });
    }
    pool.level(used);
  }
  return { ...next, routes, backends: pool.backends, spares: pool.spares };
}

/** A record was written in order; sorting hundreds of names that are sorted is a good part of a change of one. */
function inOrder(keys: string[]): string[] {
  for (let at = 1; at < keys.length; at++) if ((keys[at - 1] ?? '') > (keys[at] ?? '')) return keys.sort();
  return keys;
}

/** Targets that stay keep their server; a new one gets the first free server. */
function place(route: RouteRecord, to: { backend: string; slots: number; fresh: boolean }): RouteRecord {
  if (!to.fresh && placed.get(route) === to.slots) return route;
  const record = makePlaced(route, to);
  placed.set(record, to.slots);
  return record;
}

/** In how many servers its targets were given their places; a record never changes. */
const placed = new WeakMap<RouteRecord, number>();

function makePlaced(route: RouteRecord, to: { backend: string; slots: number; fresh: boolean }): RouteRecord {
  const old = to.fresh ? [] : route.servers;
  const wanted = [...new Set(route.targets)];
  const servers = Array.from({ length: to.slots }, (_, i) => (wanted.includes(old[i] ?? '') ? (old[i] as string) : ''));
  for (const target of wanted) if (!servers.includes(target)) servers[servers.indexOf('')] = target;
  // The same object for what is the same: whoever made something of it need not do so again.
  const isSame = route.backend === to.backend && servers.join() === route.servers.join();
  return isSame ? route : { ...route, backend: to.backend, servers };
}

/** Backends and their free list while one turn changes them. */
class Pool {
  /** The object of the record before until one comes or goes: whoever made something of them need not do so again. */
  backends: Readonly<Record<string, Shape>>;
  #copy: Record<string, Shape> | undefined;
  readonly spares: string[];
  readonly isNew: boolean;
  #number = 0;

  constructor(before: Manifest) {
    this.backends = before.backends;
    this.spares = before.spares.filter((name) => this.backends[name] !== undefined);
    this.isNew = Object.keys(this.backends).length === 0;
  }

  #ours(): Record<string, Shape> {
    this.#copy ??= { ...this.backends };
    this.backends = this.#copy;
    return this.#copy;
  }

  /** More servers than needed do not hurt: going down from five replicas to four is no reason to reload. */
  fits(backend: string, shape: Shape): boolean {
    const has = this.backends[backend];
    if (has === undefined || has.slots < shape.slots) return false;
    return sameShape(has.slots === shape.slots ? has : { ...has, slots: shape.slots }, shape);
  }

  slots(backend: string): number {
    return this.backends[backend]?.slots ?? 0;
  }

  take(shape: Shape): string | undefined {
    const at = this.spares.findIndex((name) => this.fits(name, shape));
    return at < 0 ? undefined : this.spares.splice(at, 1)[0];
  }

  /** Whatever has no route is spare. */
  free(used: ReadonlySet<string>): void {
    const known = new Set(this.spares);
    for (const name of Object.keys(this.backends)) if (!used.has(name) && !known.has(name)) this.spares.push(name);
  }

  make(shape: Shape): string {
    let name: string;
    do name = `b${String(++this.#number).padStart(4, '0')}`;
    while (this.backends[name] !== undefined);
    this.#ours()[name] = shape;
    return name;
  }

  level(used: ReadonlySet<string>): void {
    const shapes = new Map(usual.map((shape) => [shapeName(shape), { shape, used: 0 }]));
    for (const [name, shape] of Object.entries(this.backends)) {
      const entry = shapes.get(shapeName(shape)) ?? { shape, used: 0 };
      shapes.set(shapeName(shape), { shape, used: entry.used + (used.has(name) ? 1 : 0) });
    }
    for (const entry of shapes.values()) this.#levelShape(entry.shape, entry.used);
  }

  #levelShape(shape: Shape, used: number): void {
    const isUsual = usual.some((known) => sameShape(known, shape));
    const wanted = isUsual || (used > 0 && shape.extras === undefined) ? sparesFor(used) : 0;
    const spare = this.spares.filter((name) => shapeName(this.backends[name] ?? shape) === shapeName(shape));
    for (let i = spare.length; i < wanted; i++) this.spares.push(this.make(shape));
    for (const name of spare.slice(wanted)) {
      this.spares.splice(this.spares.indexOf(name), 1);
      delete this.#ours()[name];
    }
  }
}
