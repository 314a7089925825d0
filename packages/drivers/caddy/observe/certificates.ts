import { digest, type Json, type ResourceKey, sameJson } from '@reconcile/core';
import { storedPath } from '@reconcile/core/kinds/certificate';
import { certificateOf } from '@reconcile/core/kinds/route';
import type { ReadHost } from '@reconcile/host';
import { fieldsOf, isTexts, listOf, type RouteRecord, type Sites, specOf } from '../record/record.ts';
import { ourTag } from '../render/render.ts';
import type { CaddySettings } from '../settings/settings.ts';

/** What Caddy has loaded for us, beside what lies on the disk. */
export interface Certificates {
  /** Entries of `load_files` as they stand, those of others included. */
  readonly loaded: readonly Json[];
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
  seen: { readonly apps: Json; readonly sites: Sites },
): Promise<Certificates> {
  const loaded = loadedIn(seen.apps);
  const routes = [...seen.sites.values()].flatMap((site) => [...site.routes.values()]);
  const wanted = await wantedFor(host, settings, routes);
  const stale = new Set<ResourceKey>();
  for (const route of routes) {
    const entry = wanted.get(certificateOf(specOf(route)));
    if (entry !== undefined && !loaded.some((one) => sameJson(one, entry))) stale.add(route.key);
  }
  return { loaded, stale };
}

/** By name of a certificate that some routes show: the entry that would load what lies in the store now; none without a file. */
export async function wantedFor(
  host: ReadHost,
  settings: CaddySettings,
  routes: readonly RouteRecord[],
): Promise<Map<string, Json>> {
  const names = [...new Set(routes.map((route) => certificateOf(specOf(route))))].sort();
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = storedPath(settings.certificatesDir, name);
      const text = path === undefined ? undefined : await host.files.text(path);
      if (path === undefined || text === undefined) return [];
      // Go takes from one file what it needs (tls.LoadX509KeyPair): chain and key lie together.
      return [[name, { certificate: path, key: path, tags: [ourTag, `${ourTag}:${digest(text)}`] }] as const];
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
