import type { ResourceKey } from '@reconcile/core';
import type { RouteSpec } from '@reconcile/core/kinds/route';
import { routeDefaults } from '@reconcile/core/kinds/route';
import { emptyManifest, type ListenerRecord, type Manifest, type RouteRecord } from '../record/manifest.ts';
import { certificateName, formatAddress } from '../record/names.ts';
import { allocate } from '../record/pool.ts';
import { parkAddress } from '../record/servers.ts';
import { openBinds } from './delta.ts';
import type { Running } from './running.ts';

/**
 * A record from nothing but the running proxy, so that a lost manifest takes no route down: names, paths and targets are in
 * its memory. What only we knew is at its default and differs from what is wanted, so the next plan writes it again.
 */
export function reconstruct(running: Running): Manifest {
  const listeners: Record<string, ListenerRecord> = {};
  for (const [name, frontend] of running.frontends) {
    const port = Number(/^l(\d{1,5})$/.exec(name)?.[1]);
    if (!Number.isInteger(port)) continue;
    const spec = { port, binds: openBinds(frontend.binds), tls: frontend.mode === 'tcp' };
    listeners[String(port)] = { services: [], spec };
  }
  const routes: Record<ResourceKey, RouteRecord> = {};
  const shown = new Map(
    [...running.lists.values()].flatMap(
      (entries) =>
        entries?.map(({ file, line }) => [line.slice(file.length + 1), certificateName(file)] as const) ?? [],
    ),
  );
  for (const [map, entries] of running.maps) {
    const [, kind, port] = /^(routes|sni)-(\d+)\.map$/.exec(map) ?? [];
    for (const [name, backend] of entries ?? []) {
      const listener = Number(port);
      const tls = listeners[String(listener)]?.spec.tls ?? kind === 'sni';
      const spec = specOf(name, { isSni: kind === 'sni', tls, listener, shown });
      const servers = [...(running.backends.get(backend)?.values() ?? [])].filter((server) => server.isReady);
      const targets = servers
        .map(({ address }) => formatAddress(address))
        .filter((one) => one !== formatAddress(parkAddress));
      const key = routeKey(spec);
      if (listeners[String(spec.listener)] === undefined || routes[key] !== undefined) continue;
      routes[key] = {
        services: [],
        spec,
        specHash: '',
        schema: 1,
        targets,
        parked: [],
        parkedAt: 0,
        backend: '',
        servers: [],
      };
    }
  }
  const certificates = Object.fromEntries(
    [...running.certificates].flatMap(([file, sha1]) =>
      sha1 !== '' && file.endsWith('.pem') ? [[certificateName(file), sha1]] : [],
    ),
  );
  return allocate({ ...emptyManifest, listeners, routes, certificates }, emptyManifest);
}

interface Place {
  readonly isSni: boolean;
  readonly tls: boolean;
  readonly listener: number;
  /** Names that are shown a certificate there, and whose. */
  readonly shown: ReadonlyMap<string, string>;
}

function specOf(name: string, { isSni, listener, shown, tls }: Place): RouteSpec {
  const cut = isSni ? name.length : name.indexOf('/');
  const hostname = name.slice(0, cut);
  const path = isSni ? '/' : name.slice(cut).replace(/(?<=.)\/$/, '');
  const certificate = !isSni && tls && shown.has(hostname) ? hostname : '';
  const wildcard = certificate === '' || shown.get(hostname) === hostname ? '' : (shown.get(hostname) ?? '');
  return { ...routeDefaults, listener, hostname, path, mode: isSni ? 'l4' : 'l7', tls, certificate, wildcard };
}

/** As the compiler names it: `route/443/web.example.net`, `route/8080/web.example.net/api`. */
function routeKey({ listener, hostname, path }: RouteSpec): ResourceKey {
  return `route/${listener}/${hostname}${path === '/' ? '' : path}`;
}
