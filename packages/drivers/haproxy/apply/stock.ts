import type { Action } from '@reconcile/core';
import { certificateOf, type RouteArgs, routeDefaults } from '@reconcile/core/kinds/route';
import type { Host } from '@reconcile/host';
import { readBundle } from '@reconcile/host/tls';
import { isCopyWhole } from '../observe/files.ts';
import type { Sight } from '../observe/look.ts';
import { type Pem, readTexts } from '../observe/pems.ts';
import { pemName } from '../record/names.ts';
import type { HaproxySettings } from '../settings/settings.ts';

/** The certificate of one name, sound, as one text with chain and key; or why there is none to be shown. */
export type Stocked =
  | { readonly pem: string; readonly sha1: string; readonly names: readonly string[] }
  | { readonly trouble: string };

export type Stock = ReadonlyMap<string, Stocked>;

export interface Taken {
  readonly stock: Stock;
  /** What lies in our directory of each, as it is. */
  readonly copies: Readonly<Record<string, string | undefined>>;
}

/**
 * Certificates of these names: what the issuer left in the store, where that is sound; else what we hold. What is in the store
 * and not sound is not taken, and whoever asks for just that is told.
 */
export async function takeStock(host: Host, settings: HaproxySettings, names: Iterable<string>): Promise<Taken> {
  const all = [...names];
  const texts = await readTexts(host, settings, all.filter(isPlain));
  return {
    stock: new Map(all.map((name) => [name, choose(name, texts[name])])),
    copies: Object.fromEntries(Object.entries(texts).map(([name, { copy }]) => [name, copy])),
  };
}

/** The same, and of those that are not everywhere as our record says. All others stay as they are and are not even read. */
export async function completeStock(
  host: Host,
  settings: HaproxySettings,
  { sight, taken }: { readonly sight: Sight; readonly taken: Taken },
): Promise<Taken> {
  const held = Object.keys(sight.manifest.certificates).filter((name) => sight.only?.has(name) ?? true);
  const changed = held.filter((name) => !taken.stock.has(name) && !isEverywhere(sight, name));
  const more = await takeStock(host, settings, changed);
  return { stock: new Map([...taken.stock, ...more.stock]), copies: { ...taken.copies, ...more.copies } };
}

/** Whose certificates actions are about. */
export function namesAsked(actions: readonly Action[]): Set<string> {
  const names = actions.flatMap(({ args, kind }) => {
    const spec = kind === 'route' ? (args as unknown as Partial<RouteArgs>).spec : undefined;
    return spec === undefined ? [] : certificateOf({ ...routeDefaults, ...spec });
  });
  return new Set(names.filter((name) => name !== ''));
}

function isEverywhere({ files, manifest, running }: Sight, name: string): boolean {
  const sha1 = manifest.certificates[name];
  const pem = files.pems[name];
  const shown = running === undefined ? sha1 : running.certificates.get(pemName(name));
  return pem?.store?.sha1 === sha1 && isCopyWhole(pem, sha1) && shown === sha1;
}

function isPlain(name: string): boolean {
  return /^(?:\*\.)?[a-z0-9.-]{1,250}$/.test(name);
}

function choose(name: string, pem: Pem<string> | undefined): Stocked {
  const store = soundOf(name, pem?.store);
  if ('pem' in store || pem?.store !== undefined) return store;
  const copy = soundOf(name, pem?.copy);
  return 'pem' in copy ? copy : store;
}

function soundOf(name: string, text: string | undefined): Stocked {
  if (text === undefined) return { trouble: 'it has none yet' };
  const bundle = readBundle(text);
  const trouble = bundle === undefined ? 'it cannot be read' : bundle.trouble;
  if (bundle === undefined || trouble !== undefined) return { trouble: trouble ?? '' };
  if (!covers(bundle.leaf.names, name)) return { trouble: `it is for ${bundle.leaf.names.join(', ') || 'no name'}` };
  return { pem: bundle.chain.join('') + bundle.key, sha1: bundle.leaf.sha1, names: bundle.leaf.names };
}

/** A wildcard stands for exactly one label (RFC 6125, section 6.4.3). */
export function covers(names: readonly string[], hostname: string): boolean {
  return names.includes(hostname) || names.includes(`*${hostname.slice(hostname.indexOf('.'))}`);
}
