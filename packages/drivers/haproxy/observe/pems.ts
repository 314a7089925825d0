import { createHash } from 'node:crypto';
import { digest, type Json } from '@reconcile/core';
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

/** What a certificate's file is known by, without its key. */
export interface Leaf {
  /** SHA-1 of the leaf, as HAProxy shows it. */
  readonly sha1: string;
  /** Of all that is in the file, in whatever order. */
  readonly content: string;
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

/** What each file holds. Only files that changed since `before` are read. */
export async function readLeaves(
  host: ReadHost,
  settings: HaproxySettings,
  { before, names }: { readonly names: readonly string[]; readonly before: Json | undefined },
): Promise<Pems<Leaf>> {
  const all = names.map((name) => [name, places(settings, name)] as const);
  const { found, note } = await lookAtChanged<Leaf | null>(host.files, before, {
    paths: all.flatMap(([, { copy, store }]) => [store, copy]),
    given: '',
    look: async (path) => leafOf(await host.files.text(path, { maxBytes: largestPem })),
  });
  const pems = all.map(([name, { copy, store }]) => [
    name,
    { store: found.get(store) ?? undefined, copy: found.get(copy) ?? undefined },
  ]);
  return { pems: Object.fromEntries(pems) as Pems<Leaf>['pems'], note };
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

function leafOf(pem: string | undefined): Leaf | null {
  const blocks = pemBlocks(pem ?? '');
  const leaf = blocks.find(({ label }) => label === 'CERTIFICATE');
  if (leaf === undefined || !blocks.some(({ label }) => label.endsWith('PRIVATE KEY'))) return null;
  const der = Buffer.from(leaf.text.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const texts = blocks.map(({ text }) => text).sort();
  return { sha1: createHash('sha1').update(der).digest('hex'), content: digest(texts.join('')) };
}
