import { type Json, sameJson } from '@reconcile/core';
import { isOurs } from '../observe/certificates.ts';
import type { Sight } from '../observe/look.ts';
import { serverName } from '../record/names.ts';
import { fieldsOf } from '../record/record.ts';
import { renderServer } from '../render/render.ts';
import type { Draft } from './draft.ts';
import { oneRoute } from './one-route.ts';
import type { Write } from './write.ts';

/** What holds our servers and certificates where nobody had one: marked, so that it goes with the last of them. */
const markOf = (app: string) => `reconcile-${app}`;

/**
 * The first thing that is missing between what runs and what was drawn up; undefined: nothing. Certificates come before the
 * servers that use them and go after them; servers go before others come, which may want their addresses.
 * @param certificates entries of ours that should be loaded. @throws CADDY_ROUTE
 */
export function nextWrite(sight: Sight, draft: Draft, certificates: readonly Json[]): Write | undefined {
  const dropping = dropCertificates(sight, certificates);
  const servers = writeServers(sight, draft);
  const all = [addCertificates(sight, certificates), ...servers, dropping, tidy(sight, draft)];
  const [first, ...others] = all.filter((write) => write !== undefined);
  // What holds our servers is looked at once they are gone.
  return first === undefined ? undefined : { ...first, isLast: others.length === 0 && draft.sites.size > 0 };
}

function addCertificates(sight: Sight, wanted: readonly Json[]): Write | undefined {
  const { loaded } = sight.certificates;
  const missing = wanted.filter((entry) => !loaded.some((one) => sameJson(one, entry)));
  if (missing.length === 0) return undefined;
  // A renewed one takes the place of the old one in the same write.
  const files = new Set(missing.map((entry) => fieldsOf(entry)?.certificate));
  const kept = loaded.filter((entry) => !isOurs(entry) || !files.has(fieldsOf(entry)?.certificate));
  return loadFiles(sight, [...kept, ...missing]);
}

function dropCertificates(sight: Sight, wanted: readonly Json[]): Write | undefined {
  const { loaded } = sight.certificates;
  const kept = loaded.filter((entry) => !isOurs(entry) || wanted.some((one) => sameJson(one, entry)));
  if (kept.length === loaded.length) return undefined;
  if (kept.length > 0) return loadFiles(sight, kept);
  return { method: 'DELETE', path: 'apps/tls/certificates/load_files' };
}

/** POST appends to a list; what replaces it is its parent, with everything else in it as it was. */
function loadFiles({ apps }: Sight, entries: readonly Json[]): Write {
  const before = fieldsOf(fieldsOf(fieldsOf(apps)?.tls)?.certificates);
  const certificates = { ...before, load_files: entries } as Json;
  return put(apps, ['tls', 'certificates'], certificates);
}

function writeServers({ apps, sites }: Sight, draft: Draft): Write[] {
  const gone = [...draft.touched].filter((port) => sites.has(port) && !draft.sites.has(port));
  const changed = [...draft.touched].flatMap((port): Write[] => {
    const site = draft.sites.get(port);
    const server = site === undefined ? undefined : renderServer(site, draft.sites);
    if (server === undefined || sameJson(server, sites.get(port)?.server)) return [];
    const path = ['http', 'servers', serverName(port)];
    const one = oneRoute(['apps', ...path].join('/'), sites.get(port)?.server, server);
    return [{ ...(one ?? put(apps, path, server)), port }];
  });
  const removals = gone.map(
    (port): Write => ({ method: 'DELETE', path: `apps/http/servers/${serverName(port)}`, port }),
  );
  return [...removals, ...changed];
}

/** At the deepest place that exists; what is missing above it is sent along. */
function put(apps: Json, path: readonly string[], value: Json): Write {
  let place = fieldsOf(apps);
  let depth = 0;
  for (; depth < path.length - 1 && place !== undefined; depth++) {
    const next = fieldsOf(place[path[depth] ?? '']);
    if (next === undefined) break;
    place = next;
  }
  let body = value;
  for (let at = path.length - 1; at > depth; at--) {
    const nested: Json = { [path[at] ?? '']: body };
    body = at === 1 ? { '@id': markOf(path[0] ?? ''), ...nested } : nested;
  }
  if (place === undefined) return { method: 'POST', path: 'apps', body: { [path[0] ?? '']: body } };
  return { method: 'POST', path: ['apps', ...path.slice(0, depth + 1)].join('/'), body };
}

/** With our last server what we made to hold it goes too. What somebody else made stays, empty or not. */
function tidy({ apps, sites, certificates }: Sight, draft: Draft): Write | undefined {
  if (sites.size > 0 || draft.sites.size > 0) return undefined;
  const http = fieldsOf(fieldsOf(apps)?.http);
  const isBare = (app: unknown, ...keys: string[]) =>
    app !== undefined && Object.keys(app as object).every((key) => key === '@id' || keys.includes(key));
  if (http?.['@id'] === markOf('http') && isBare(http, 'servers') && sameJson(http.servers, {})) {
    return { method: 'DELETE', path: 'apps/http' };
  }
  const tls = fieldsOf(fieldsOf(apps)?.tls);
  if (tls?.['@id'] === markOf('tls') && isBare(tls, 'certificates') && certificates.loaded.length === 0) {
    return { method: 'DELETE', path: 'apps/tls' };
  }
  return undefined;
}
