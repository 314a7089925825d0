import type { BusyPort, ObserveContext, ObservedResource } from '@reconcile/core';
import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import type { RouteSpec, RouteState } from '@reconcile/core/kinds/route';
import type { ReadHost } from '@reconcile/host';
import { parseAddress, plainBind } from '../record/names.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { askShow } from './ask.ts';
import type { Sight } from './look.ts';

/** More tables than this are not looked through: whoever has them writes his configuration by a program. */
const mostTables = 400;

/**
 * Routes that we are asked for and that an existing HAProxy's own configuration answers already: it listens where we should,
 * and names the host in one of its ACLs or maps. Theirs to keep. Costs two questions, and only where a listener is in the way.
 */
export async function foreignRoutes(
  { desired, host }: Pick<ObserveContext<ReadHost>, 'desired' | 'host'>,
  settings: HaproxySettings,
  { manifest, running }: Sight,
): Promise<ObservedResource[]> {
  if (running === undefined || running.foreign.size === 0) return [];
  const resources = Object.values(desired.resources);
  const missing = resources.flatMap(({ kind, spec }) => {
    const listener = spec as unknown as ListenerSpec;
    return kind === 'listener' && manifest.listeners[listener.port] === undefined ? [listener] : [];
  });
  // HAProxy tells the addresses of a frontend only where `option socket-stats` asks for it; the kernel always does.
  const held = missing.length === 0 ? [] : await host.net.listening();
  const taken = new Set(missing.filter(({ binds }) => overlaps(binds, held)).map(({ port }) => port));
  if (taken.size === 0) return [];
  const names = await namesOf(host, settings);
  return resources.flatMap(({ key, kind, spec }) => {
    const { hostname, listener } = spec as unknown as RouteSpec;
    return kind === 'route' && taken.has(listener) && names.has(hostname) ? [foreignRoute(key)] : [];
  });
}

function overlaps(binds: readonly string[], held: readonly BusyPort[]): boolean {
  return binds.some((bind) => {
    const { ip, port } = parseAddress(plainBind(bind));
    return held.some((one) => one.protocol === 'tcp' && one.port === port && isSameHost(one.ip, ip));
  });
}

function isSameHost(a: string, b: string): boolean {
  return a === b || [a, b].some((ip) => ip === '::' || ip === '0.0.0.0');
}

/** Every word in its ACLs and every key in its maps that might be a host, in lower case and without a port. */
async function namesOf(host: ReadHost, settings: HaproxySettings): Promise<ReadonlySet<string>> {
  const [acls = [], maps = []] = await askShow(host, settings, ['show acl', 'show map']);
  const ids = (lines: readonly string[]) => lines.flatMap((line) => /^(\d+) \(/.exec(line)?.[1] ?? []);
  const questions = [...ids(acls).map((id) => `show acl #${id}`), ...ids(maps).map((id) => `show map #${id}`)];
  const answers = await askShow(host, settings, questions.slice(0, mostTables));
  const words = answers.flat().flatMap((line) => /^0x[0-9a-f]+ (\S+)/.exec(line)?.[1] ?? []);
  return new Set(words.map((word) => word.toLowerCase().replace(/[:/].*$/, '')));
}

function foreignRoute(key: ObservedResource['key']): ObservedResource {
  const state: RouteState = { targets: [], parked: false, drifted: false };
  return {
    key,
    kind: 'route',
    slot: key,
    services: [],
    owner: 'foreign',
    state: state as never,
    health: 'none',
    references: [],
    claims: [],
  };
}
