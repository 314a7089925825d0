import { createHash } from 'node:crypto';
import type { Json } from '@reconcile/core';
import { pemBlocks } from '@reconcile/core/kinds/certificate';
import type { ReadHost } from '@reconcile/host';
import { lookAtChanged } from '@reconcile/host/changed';
import { pemName } from '../record/names.ts';
import type { HaproxySettings } from '../settings/settings.ts';

/** A certificate of some name in the node's store and in our own directory; undefined: there is none, or no key beside it. */
export interface Pem<T> {
  readonly store: T | undefined;
  readonly copy: T | undefined;
}

export interface Pems<T> {
  readonly pems: Readonly<Record<string, Pem<T>>>;
  /** For the next look. */
  readonly note: Json;
}

const largestPem = 262_144;

function places(settings: HaproxySettings, name: string): { readonly store: string; readonly copy: string } {
  const file = pemName(name);
  return { store: `${settings.certificatesDir}/${file}`, copy: `${settings.dir}/${file}` };
}

/** SHA-1 of each leaf, as HAProxy shows it. Only files that changed since `before` are read. */
export async function readLeaves(
  host: ReadHost,
  settings: HaproxySettings,
  { before, names }: { readonly names: readonly string[]; readonly before: Json | undefined },
): Promise<Pems<string>> {
  const all = names.map((name) => [name, places(settings, name)] as const);
  const { found, note } = await lookAtChanged<string>(host.files, before, {
    paths: all.flatMap(([, { copy, store }]) => [store, copy]),
    given: '',
    look: async (path) => leafSha1(await host.files.text(path, { maxBytes: largestPem })) ?? '',
  });
  const pems = all.map(([name, { copy, store }]) => [
    name,
    { store: found.get(store) || undefined, copy: found.get(copy) || undefined },
  ]);
  return { pems: Object.fromEntries(pems) as Pems<string>['pems'], note };
}

/** The texts themselves, keys and all: for whoever writes. */
export async function readTexts(
  host: ReadHost,
  settings: HaproxySettings,
  names: readonly string[],
): Promise<Record<string, Pem<string>>> {
  const read = (path: string) => host.files.text(path, { maxBytes: largestPem });
  const entries = await Promise.all(
    names.map(async (name): Promise<[string, Pem<string>]> => {
      const place = places(settings, name);
      const [store, copy] = await Promise.all([read(place.store), read(place.copy)]);
      return [name, { store, copy }];
    }),
  );
  return Object.fromEntries(entries);
}

function leafSha1(pem: string | undefined): string | undefined {
  const blocks = pemBlocks(pem ?? '');
  const leaf = blocks.find(({ label }) => label === 'CERTIFICATE');
  if (leaf === undefined || !blocks.some(({ label }) => label.endsWith('PRIVATE KEY'))) return undefined;
  const der = Buffer.from(leaf.text.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return createHash('sha1').update(der).digest('hex');
}
