import { digest, type Json, type ResourceKey, sameJson } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import { fieldsOf, isTexts, listOf, type RouteRecord, type Site } from '../record/record.ts';
import { ourTag } from '../render/render.ts';
import type { CaddySettings } from '../settings/settings.ts';

/** What Caddy has loaded for us, beside what lies on the disk. */
export interface Certificates {
  /** Entries of `load_files` as they stand, those of others included. */
  readonly loaded: readonly Json[];
  /** By hostname: the entry that would load what lies on the disk now. Names without a file have none. */
  readonly wanted: ReadonlyMap<string, Json>;
  /** Routes whose certificate Caddy does not have, or has in an older version. */
  readonly stale: ReadonlySet<ResourceKey>;
}

/**
 * Caddy reads a certificate's files once, when it takes a configuration, and takes none that is the same as before. So the
 * entry carries a digest of the file as a tag: a renewed file is another entry, and what is loaded can be read off.
 */
export async function readCertificates(
  host: ReadHost,
  settings: CaddySettings,
  seen: { readonly apps: Json; readonly sites: ReadonlyMap<string, Site> },
): Promise<Certificates> {
  const loaded = loadedIn(seen.apps);
  const routes = [...seen.sites.values()].flatMap((site) => [...site.routes.values()]).filter(needsCertificate);
  const wanted = await wantedFor(host, settings, routes);
  const stale = new Set<ResourceKey>();
  for (const { key, spec } of routes) {
    const entry = wanted.get(spec.hostname);
    if (entry !== undefined && !loaded.some((one) => sameJson(one, entry))) stale.add(key);
  }
  return { loaded, wanted, stale };
}

export function needsCertificate({ spec }: RouteRecord): boolean {
  return spec.tls && spec.mode === 'l7';
}

/** Entries for the certificates of some routes, by hostname. */
export async function wantedFor(
  host: ReadHost,
  settings: CaddySettings,
  routes: readonly RouteRecord[],
): Promise<Map<string, Json>> {
  const names = [...new Set(routes.filter(needsCertificate).map(({ spec }) => spec.hostname))].sort();
  const entries = await Promise.all(
    names.map(async (name) => {
      const { certificate, key } = settings.certificateOf(name);
      const text = await host.files.text(certificate);
      // A name may be served by the certificate of another (behind an edge): no file, no entry.
      if (text === undefined) return [];
      return [[name, { certificate, key, tags: [ourTag, `${ourTag}:${digest(text)}`] }] as const];
    }),
  );
  return new Map<string, Json>(entries.flat());
}

export function loadedIn(apps: Json): readonly Json[] {
  return listOf(fieldsOf(fieldsOf(fieldsOf(apps)?.tls)?.certificates)?.load_files);
}

export function isOurs(entry: Json): boolean {
  const tags = fieldsOf(entry)?.tags;
  return isTexts(tags) && tags.includes(ourTag);
}
