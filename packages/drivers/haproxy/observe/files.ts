import type { Json, ResourceKey } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import { KnownTexts } from '@reconcile/host/changed';
import { type Manifest, shownOn } from '../record/manifest.ts';
import { endName, frontendName, listName, mapKey, mapName, mapNames } from '../record/names.ts';
import type { Rendered } from '../render/render.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { type Leaf, type Pem, readLeaves } from './pems.ts';
import { wantedOf } from './wanted.ts';

/** Our files as they lie there; undefined: missing. */
export interface Files {
  readonly config: string | undefined;
  /** Maps and certificate lists. */
  readonly maps: Readonly<Record<string, string | undefined>>;
  /** Certificates by name. */
  readonly pems: Readonly<Record<string, Pem<Leaf>>>;
}

export interface FileNames {
  readonly maps: readonly string[];
  readonly certificates: readonly string[];
  /** Of an earlier look. */
  readonly note: Json | undefined;
}

/** One of our own files: with 500 routes a megabyte that seldom changes. */
export const readText = (host: ReadHost, path: string) => texts.text(host, path);

const texts = new KnownTexts();

export async function readFiles(
  host: ReadHost,
  settings: HaproxySettings,
  { certificates, maps, note: before }: FileNames,
): Promise<{ readonly files: Files; readonly note: Json }> {
  const [{ note, pems }, config, ...contents] = await Promise.all([
    readLeaves(host, settings, { names: certificates, before }),
    readText(host, settings.configFile),
    ...maps.map((map) => readText(host, `${settings.dir}/${map}`)),
  ]);
  const files = { config, maps: Object.fromEntries(maps.map((map, at) => [map, contents[at]])), pems };
  return { files, note };
}

/** Whose part of a file is not as we wrote it. */
export interface FileDrift {
  readonly routes: ReadonlySet<ResourceKey>;
  readonly listeners: ReadonlySet<string>;
}

/** An edit belongs to the route or listener whose lines it touches; all else (global, spare backends) to every listener. */
export function fileDrift(manifest: Manifest, rendered: Rendered, files: Files): FileDrift {
  const routes = new Set<ResourceKey>();
  const listeners = new Set<string>();
  if (files.config !== rendered.config) {
    const byFrontend = new Map(
      Object.keys(manifest.listeners).flatMap((port) =>
        [frontendName(Number(port)), endName(Number(port))].map((name) => [name, port] as const),
      ),
    );
    for (const name of differingSections(rendered.config, files.config ?? '')) {
      const [word, title = ''] = name.split(' ');
      const route = word === 'backend' ? wantedOf(manifest).users.get(title) : undefined;
      const port = word === 'frontend' ? byFrontend.get(title) : undefined;
      if (route !== undefined) routes.add(route);
      else if (port !== undefined) listeners.add(port);
      else for (const every of Object.keys(manifest.listeners)) listeners.add(every);
    }
  }
  for (const [port, { spec }] of Object.entries(manifest.listeners)) {
    for (const map of mapNames(spec)) {
      if (files.maps[map] === rendered.maps[map]) continue;
      listeners.add(port);
      const lines = new Set(files.maps[map]?.split('\n'));
      for (const [key, route] of Object.entries(manifest.routes)) {
        if (mapName(route.spec) === map && !lines.has(`${mapKey(route.spec)} ${route.backend}`)) {
          routes.add(key as ResourceKey);
        }
      }
    }
    if (spec.tls) certificateDrift(manifest, { port, rendered, files }, { routes, listeners });
  }
  return { routes, listeners };
}

interface Lists {
  readonly port: string;
  readonly rendered: Rendered;
  readonly files: Files;
}

function certificateDrift(
  manifest: Manifest,
  { files, port, rendered }: Lists,
  found: { readonly routes: Set<ResourceKey>; readonly listeners: Set<string> },
): void {
  const list = listName(Number(port));
  const isSame = files.maps[list] === rendered.maps[list];
  const lacks = isSame ? () => false : lackingIn(files.maps[list], rendered.maps[list]);
  if (!isSame) found.listeners.add(port);
  for (const [line, { certificate, keys }] of shownOn(manifest, port)) {
    const isWhole = isCopyWhole(files.pems[certificate], manifest.certificates[certificate]);
    if (!isWhole || lacks(line)) for (const key of keys) found.routes.add(key);
  }
}

/** Whether a list of certificates as it lies there lacks a line, which is given without the directory. */
function lackingIn(text: string | undefined, rendered: string | undefined): (line: string) => boolean {
  const lines = new Set(text?.split('\n'));
  const wanted = new Map(rendered?.split('\n').map((line) => [line.slice(line.lastIndexOf('/') + 1), line]));
  return (line) => !lines.has(wanted.get(line) ?? '');
}

/** The leaf of our record; and with the same leaf in the store, the same chain and key. */
export function isCopyWhole(pem: Pem<Leaf> | undefined, sha1: string | undefined): boolean {
  const { copy, store } = pem ?? {};
  if (copy === undefined || copy.sha1 !== sha1) return false;
  return store?.sha1 !== copy.sha1 || store.content === copy.content;
}

/** Heads of sections that are not the same on both sides. Our own lines are indented below a head that is not. */
function differingSections(a: string, b: string): string[] {
  const left = sections(a);
  const right = sections(b);
  return [...new Set([...left.keys(), ...right.keys()])].filter((name) => left.get(name) !== right.get(name));
}

function sections(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(/\n(?=\S)/)) {
    const name = /^\w* ?\w*/.exec(part)?.[0] ?? '';
    found.set(name, `${found.get(name) ?? ''}${part}\n`);
  }
  return found;
}

/** All but addresses and states of servers: what HAProxy had to be loaded with. */
export function fixedPart(config: string): string {
  return config.replace(/^ {2}(?:#|server s\d).*\n/gm, '');
}
