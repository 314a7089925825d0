import type { ResourceKey } from '@reconcile/core';
import type { Manifest } from '../record/manifest.ts';
import { type Address, endName, frontendName, mapNames, metricsName, plainBind } from '../record/names.ts';
import { parkAddress, type Server, serversOf } from '../record/servers.ts';
import type { Rendered } from '../render/render.ts';
import { type CertificateDelta, certificateDelta } from './certificates.ts';
import type { Running, RunningServer } from './running.ts';
import { wantedOf } from './wanted.ts';

/** What keeps a running proxy from being what our record says. */
export interface Delta {
  /** Only a reload can bring it there. */
  readonly needsReload: boolean;
  /** Otherwise these do, in this order. */
  readonly commands: readonly string[];
  /** Whose part differs. */
  readonly routes: ReadonlySet<ResourceKey>;
  readonly listeners: ReadonlySet<string>;
}

/** Both sides, compared. Nothing here is about our own files. */
export function deltaOf(manifest: Manifest, rendered: Rendered, running: Running): Delta {
  const draft = new Draft(manifest);
  if (running.hash !== rendered.hash) draft.reload();
  compareFrontends(manifest, running, draft);
  compareMetrics(rendered, running, draft);
  compareMaps(manifest, running, draft);
  compareServers(manifest, running, draft);
  draft.take(certificateDelta(manifest, rendered, running));
  return draft.done();
}

class Draft {
  needsReload = false;
  readonly routes = new Set<ResourceKey>();
  readonly listeners = new Set<string>();
  /** Names that must stop leading somewhere go first, before what they led to gets another use. */
  readonly removals: string[] = [];
  readonly servers: string[] = [];
  readonly entries: string[] = [];
  readonly rests: string[] = [];
  readonly #ports: readonly string[];

  constructor(manifest: Manifest) {
    this.#ports = Object.keys(manifest.listeners);
  }

  /** A name must not lead to where its certificate is not yet shown, and keeps it while it does. */
  take(certificates: CertificateDelta): void {
    this.needsReload ||= certificates.needsReload;
    for (const key of certificates.routes) this.routes.add(key);
    for (const port of certificates.listeners) this.listeners.add(port);
    this.servers.push(...certificates.added);
    this.rests.push(...certificates.removed);
  }

  /** Something that belongs to no route is everybody's. */
  everyListener(): void {
    for (const port of this.#ports) this.listeners.add(port);
  }

  reload(): void {
    this.needsReload = true;
    this.everyListener();
  }

  done(): Delta {
    const commands = [...this.removals, ...this.servers, ...this.entries, ...this.rests];
    return { needsReload: this.needsReload, commands, routes: this.routes, listeners: this.listeners };
  }
}

function compareFrontends(manifest: Manifest, running: Running, draft: Draft): void {
  const wanted = new Set<string>();
  for (const [port, { spec }] of Object.entries(manifest.listeners)) {
    wanted.add(frontendName(spec.port));
    const seen = running.frontends.get(frontendName(spec.port));
    const binds = [...new Set(spec.binds.map(plainBind))].sort().join();
    const isSame =
      seen?.isOpen === true && (seen.mode === 'tcp') === spec.tls && openBinds(seen.binds).join() === binds;
    const end = endName(spec.port);
    if (spec.tls) wanted.add(end);
    if (isSame && (!spec.tls || running.frontends.get(end)?.isOpen === true)) continue;
    draft.needsReload = true;
    draft.listeners.add(port);
  }
  wanted.add(metricsName);
  for (const name of running.frontends.keys()) if (!wanted.has(name)) draft.reload();
}

function compareMetrics({ metrics }: Rendered, running: Running, draft: Draft): void {
  const seen = running.frontends.get(metricsName);
  const isSame = metrics === undefined ? seen === undefined : seen?.isOpen === true && seen.binds.join() === metrics;
  if (!isSame) draft.reload();
}

/** Of addresses, not of our own unix sockets. */
export function openBinds(binds: readonly string[]): string[] {
  return binds.filter((bind) => !bind.startsWith('unix')).sort();
}

function compareMaps(manifest: Manifest, running: Running, draft: Draft): void {
  const { maps: routes, unserved } = wantedOf(manifest);
  for (const key of unserved) draft.routes.add(key);
  const maps = Object.entries(manifest.listeners).flatMap(([port, { spec }]) =>
    mapNames(spec).map((map) => [port, map] as const),
  );
  for (const [port, map] of maps) {
    const wanted = routes.get(map) ?? new Map<string, { key: ResourceKey; backend: string }>();
    const entries = running.maps.get(map);
    if (entries === undefined) draft.needsReload = true;
    const seen = new Map<string, string | readonly string[]>();
    for (const [name, value] of entries ?? []) {
      const values = seen.get(name);
      if (values === undefined) seen.set(name, value);
      else seen.set(name, [values, value].flat());
    }
    for (const name of seen.keys()) {
      if (wanted.has(name)) continue;
      draft.listeners.add(port);
      draft.removals.push(`del map ${map} ${name}`);
    }
    for (const [name, { key, backend }] of wanted) {
      const found = seen.get(name);
      if (found === backend) continue;
      const values = [found ?? []].flat();
      draft.routes.add(key);
      // `set map` changes every entry of that name; `add map` never looks whether there is one.
      if (values.length > 1) draft.removals.push(`del map ${map} ${name}`);
      draft.entries.push(`${values.length === 1 ? 'set' : 'add'} map ${map} ${name} ${backend}`);
    }
  }
}

function compareServers(manifest: Manifest, running: Running, draft: Draft): void {
  const { users } = wantedOf(manifest);
  for (const [backend, { slots }] of Object.entries(manifest.backends)) {
    if (running.hasSome && !running.backends.has(backend)) continue;
    const user = users.get(backend);
    const route = user === undefined ? undefined : manifest.routes[user];
    const wanted = route === undefined ? unusedOf(slots) : serversOf(route);
    const seen = running.backends.get(backend);
    if (seen?.size === slots && isSame(wanted, seen)) continue;
    if (user === undefined) draft.everyListener();
    else draft.routes.add(user);
    if (seen?.size === slots) changeServers(backend, { wanted, seen }, draft);
    else draft.needsReload = true;
  }
}

interface Servers {
  readonly wanted: readonly Server[];
  readonly seen: ReadonlyMap<string, RunningServer>;
}

function changeServers(backend: string, { seen, wanted }: Servers, draft: Draft): void {
  for (const [at, server] of wanted.entries()) {
    const now = seen.get(serverName(at));
    if (now !== undefined && isAs(server, now)) continue;
    const name = `${backend}/${serverName(at)}`;
    if (now === undefined) draft.needsReload = true;
    else if (server.isReady) draft.servers.push(...readyCommands(name, server.address, now));
    else draft.rests.push(`set server ${name} state maint`);
  }
}

/** Its name within its backend, thousands of times the same few. */
function serverName(at: number): string {
  serverNames[at] ??= `s${at + 1}`;
  return serverNames[at];
}

const serverNames: string[] = [];

/** After a change only what it touched is looked at again; all else is compared with the very objects it was compared with. */
function isSame(wanted: readonly Server[], seen: ReadonlyMap<string, RunningServer>): boolean {
  if (same.get(seen) === wanted) return true;
  for (let at = 0; at < wanted.length; at++) {
    const server = wanted[at];
    const now = seen.get(serverName(at));
    if (server !== undefined && (now === undefined || !isAs(server, now))) return false;
  }
  same.set(seen, wanted);
  return true;
}

const same = new WeakMap<ReadonlyMap<string, RunningServer>, readonly Server[]>();

/** Of a spare backend: as many as that. */
function unusedOf(slots: number): readonly Server[] {
  const known = allUnused.get(slots);
  if (known !== undefined) return known;
  const servers = Array.from({ length: slots }, () => unused);
  allUnused.set(slots, servers);
  return servers;
}

const allUnused = new Map<number, readonly Server[]>();
const unused: Server = { address: parkAddress, isReady: false };

/** The address of a server that gets no traffic does not matter. */
function isAs(server: Server, now: RunningServer): boolean {
  if (!server.isReady) return now.isOff;
  return now.isReady && isSameAddress(server.address, now.address);
}

function isSameAddress(a: Address, b: Address): boolean {
  return a.ip === b.ip && a.port === b.port;
}

/** The address before the state: it must not be ready with somebody else's. */
function readyCommands(name: string, address: Address, now: RunningServer): string[] {
  const move = isSameAddress(address, now.address)
    ? []
    : [`set server ${name} addr ${address.ip} port ${address.port}`];
  if (now.isReady) return move;
  const woken = now.isOff ? [] : [`set weight ${name} 1`, `set server ${name} health up`];
  return [...move, ...woken, `set server ${name} state ready`];
}
