import { digest } from '@reconcile/core';
import { isServed, type Manifest, shownOn } from '../record/manifest.ts';
import { listName, mapKey, mapName, mapNames } from '../record/names.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { type Front, frontendLines, loopLines, redirects } from './frontend.ts';
import {
  backendHead,
  challengeLines,
  defaultLines,
  globalLines,
  header,
  markLines,
  metricsLines,
  serverText,
  textOf,
} from './sections.ts';

/** Contents of our files. */
export interface Rendered {
  readonly config: string;
  /** Maps and certificate lists, by file name below `dir`. */
  readonly maps: Readonly<Record<string, string>>;
  /** Certificates with their keys, by name; only where they are at hand. */
  readonly pems: Readonly<Record<string, string>>;
  /** Name of all that only a reload can change. HAProxy shows it as its description, so we know what it has loaded. */
  readonly hash: string;
  /** Where the loaded configuration tells its numbers; undefined: nowhere. */
  readonly metrics: string | undefined;
}

/**
 * The configuration and its maps, from the record alone. Every value comes through a check or is a number: nothing of a
 * definition can become a line of its own. @throws HAPROXY_ROUTE
 */
export function render(manifest: Manifest, settings: HaproxySettings, pems: Rendered['pems'] = {}): Rendered {
  const { backends, hash, top } = loadedOf(manifest, settings);
  const routes = new Map(Object.values(manifest.routes).map((route) => [route.backend, route]));
  const sections = backends.map(({ head, name, slots }) => head + serverText(slots, routes.get(name)));
  return {
    config: top + sections.join(''),
    maps: { ...mapsOf(manifest), ...listsOf(manifest, settings) },
    pems,
    hash,
    metrics: settings.metrics,
  };
}

/** What of a configuration only a reload can change. */
interface Loaded {
  readonly hash: string;
  /** Everything above the backends of routes. */
  readonly top: string;
  readonly backends: readonly { readonly name: string; readonly head: string; readonly slots: number }[];
}

/** Most changes of a route touch none of it: one that is made of the same objects is not made anew. */
function loadedOf({ backends, listeners }: Manifest, settings: HaproxySettings): Loaded {
  const known = loaded.get(backends);
  if (known?.listeners === listeners && known.settings === settings) return known;
  const made = { listeners, settings, ...makeLoaded(backends, listeners, settings) };
  loaded.set(backends, made);
  return made;
}

const loaded = new WeakMap<
  Manifest['backends'],
  Loaded & { readonly listeners: Manifest['listeners']; readonly settings: HaproxySettings }
>();

function makeLoaded(shapes: Manifest['backends'], listeners: Manifest['listeners'], settings: HaproxySettings): Loaded {
  const specs = Object.values(listeners).map((entry) => entry.spec);
  specs.sort((a, b) => a.port - b.port);
  const fixed = [
    ...defaultLines(),
    ...specs.flatMap((listener) => frontendLines(frontOf(listener, listeners), settings)),
    ...specs.flatMap((listener) => loopLines(listener, settings)),
    ...challengeLines(settings),
    ...metricsLines(settings),
  ];
  const backends = Object.entries(shapes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, shape]) => ({ name, head: backendHead(name, shape, settings), slots: shape.slots }));
  const global = globalLines(settings);
  const hash = digest(JSON.stringify([global, fixed, backends.map(({ head, slots }) => [head, slots])]));
  const top = [
    header,
    ...global,
    ...(settings.isManaged ? [`  description reconcile ${hash}`] : []),
    ...fixed,
    ...(settings.isManaged ? [] : markLines(hash)),
  ];
  return { hash, top: textOf(top), backends: backends.map((entry) => ({ ...entry, head: textOf(entry.head) })) };
}

function frontOf(listener: Front['listener'], listeners: Manifest['listeners']): Front {
  const to = listener.tls ? undefined : redirects.get(listener.port);
  const redirectsTo = to !== undefined && listeners[String(to)]?.spec.tls === true ? to : undefined;
  return { listener, redirectsTo };
}

function mapsOf(manifest: Manifest): Record<string, string> {
  const names = Object.values(manifest.listeners).flatMap(({ spec }) => mapNames(spec));
  const lines = new Map(names.map((name) => [name, [] as string[]]));
  for (const { backend, spec } of Object.values(manifest.routes)) {
    const listener = manifest.listeners[String(spec.listener)];
    if (listener === undefined || !isServed(listener, spec)) continue;
    lines.get(mapName(spec))?.push(`${mapKey(spec)} ${backend}\n`);
  }
  return Object.fromEntries([...lines].map(([name, entries]) => [name, entries.sort().join('')]));
}

/** Each certificate for exactly the name that was asked for, whatever else it may say. */
function listsOf(manifest: Manifest, { prefix }: HaproxySettings): Record<string, string> {
  const lists = Object.entries(manifest.listeners).filter(([, { spec }]) => spec.tls);
  return Object.fromEntries(
    lists.map(([port, { spec }]) => {
      const lines = [...shownOn(manifest, port).keys()].sort();
      return [listName(spec.port), lines.map((line) => `${prefix}${line}\n`).join('')];
    }),
  );
}
