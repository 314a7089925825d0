import type { ResourceKey } from '@reconcile/core';
import { isServed, type Manifest, shownOn } from '../record/manifest.ts';
import { mapKey, mapName, mapNames } from '../record/names.ts';

/** What a record leads to, by the names under which the running proxy tells of it. */
export interface Wanted {
  /** Entries of each map. */
  readonly maps: ReadonlyMap<string, ReadonlyMap<string, { readonly key: ResourceKey; readonly backend: string }>>;
  /** Routes that their listener does not serve. */
  readonly unserved: readonly ResourceKey[];
  /** Whose each backend is; spares are nobody's. */
  readonly users: ReadonlyMap<string, ResourceKey>;
  /** Routes that need each certificate. */
  readonly certificates: ReadonlyMap<string, readonly ResourceKey[]>;
}

/** Every look and every write compares more than once with the same record, and a record never changes. */
export function wantedOf(manifest: Manifest): Wanted {
  const known = made.get(manifest);
  if (known !== undefined) return known;
  const wanted = { ...routesOf(manifest), certificates: certificatesOf(manifest) };
  made.set(manifest, wanted);
  return wanted;
}

const made = new WeakMap<Manifest, Wanted>();

function routesOf(manifest: Manifest): Pick<Wanted, 'maps' | 'unserved' | 'users'> {
  const maps = new Map<string, Map<string, { key: ResourceKey; backend: string }>>();
  for (const { spec } of Object.values(manifest.listeners)) for (const map of mapNames(spec)) maps.set(map, new Map());
  const unserved: ResourceKey[] = [];
  const users = new Map<string, ResourceKey>();
  for (const [key, route] of Object.entries(manifest.routes) as [ResourceKey, Manifest['routes'][ResourceKey]][]) {
    const listener = manifest.listeners[String(route.spec.listener)];
    users.set(route.backend, key);
    if (listener === undefined || !isServed(listener, route.spec)) unserved.push(key);
    else maps.get(mapName(route.spec))?.set(mapKey(route.spec), { key, backend: route.backend });
  }
  return { maps, unserved, users };
}

function certificatesOf(manifest: Manifest): Map<string, ResourceKey[]> {
  const found = new Map<string, ResourceKey[]>();
  for (const port of Object.keys(manifest.listeners)) {
    for (const { certificate, keys } of shownOn(manifest, port).values()) {
      const users = found.get(certificate);
      if (users === undefined) found.set(certificate, [...keys]);
      else users.push(...keys);
    }
  }
  return found;
}
