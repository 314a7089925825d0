import { digest } from '@reconcile/core';
import { isServed, type Manifest } from '../record/manifest.ts';
import { mapKey, mapName } from '../record/names.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { frontendLines, loopLines } from './frontend.ts';
import { backendHead, defaultLines, globalLines, header, serverLines } from './sections.ts';

/** Contents of our files. */
export interface Rendered {
  readonly config: string;
  /** By file name below `dir`. */
  readonly maps: Readonly<Record<string, string>>;
  /** Name of all that only a reload can change. HAProxy shows it as its description, so we know what it has loaded. */
  readonly hash: string;
}

/**
 * The configuration and its maps, from the record alone. Every value comes through a check or is a number: nothing of a
 * definition can become a line of its own. @throws HAPROXY_ROUTE
 */
export function render(manifest: Manifest, settings: HaproxySettings): Rendered {
  const listeners = Object.values(manifest.listeners).map((entry) => entry.spec);
  listeners.sort((a, b) => a.port - b.port);
  const fixed = [
    ...defaultLines(),
    ...listeners.flatMap((listener) => frontendLines(listener, settings)),
    ...listeners.filter((listener) => !listener.tls).flatMap((listener) => loopLines(listener, settings)),
  ];
  const routes = new Map(Object.values(manifest.routes).map((route) => [route.backend, route]));
  const backends = Object.entries(manifest.backends)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, shape]) => ({
      head: backendHead(name, shape),
      slots: shape.slots,
      route: routes.get(name),
    }));
  const global = globalLines(settings);
  const hash = digest(JSON.stringify([global, fixed, backends.map(({ head, slots }) => [head, slots])]));
  const lines = [
    header,
    ...global,
    `  description reconcile ${hash}`,
    ...fixed,
    ...backends.flatMap(({ head, slots, route }) => [...head, ...serverLines(slots, route)]),
  ];
  return { config: `${lines.join('\n')}\n`, maps: mapsOf(manifest), hash };
}

function mapsOf(manifest: Manifest): Record<string, string> {
  const lines = new Map(Object.values(manifest.listeners).map(({ spec }) => [mapName(spec), [] as string[]]));
  for (const route of Object.values(manifest.routes)) {
    const listener = manifest.listeners[String(route.spec.listener)];
    if (listener === undefined || !isServed(listener, route.spec)) continue;
    lines.get(mapName(listener.spec))?.push(`${mapKey(route.spec)} ${route.backend}\n`);
  }
  return Object.fromEntries([...lines].map(([name, entries]) => [name, entries.sort().join('')]));
}
