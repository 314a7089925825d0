import { type Desired, digest } from '@reconcile/core';
import { storedPath } from '@reconcile/core/kinds/certificate';
import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import { certificateOf } from '@reconcile/core/kinds/route';
import type { ReadHost } from '@reconcile/host';
import { emptyRecord, parseRecord, type Record, type RouteRecord, specOf } from '../record/record.ts';
import { plainAddress } from '../record/route.ts';
import type { McproxySettings } from '../settings/settings.ts';
import type { Message } from '../wire/messages.ts';
import type { Connection, ReadingCall } from './ask.ts';

/** Everything there is to see. */
export interface Sight {
  readonly record: Record;
  /** Routes by listener, as MC-Proxy spells its address. */
  readonly running: ReadonlyMap<string, readonly Message<'Route'>[]>;
  /** Digests of certificate files by name. */
  readonly certificates: ReadonlyMap<string, string>;
}

/** Reads only. @throws MCPROXY_UNREACHABLE MCPROXY_GARBLED … */
export async function look(
  host: ReadHost,
  settings: McproxySettings,
  connection: Connection<ReadingCall>,
): Promise<Sight> {
  const [text, { listeners }] = await Promise.all([
    host.files.text(settings.recordFile),
    connection.call('GetStatus', {}),
  ]);
  const lists = await Promise.all(
    listeners.map(async ({ addr }) => {
      const { routes } = await connection.call('ListRoutes', { listener_addr: addr });
      return [addr, routes] as const;
    }),
  );
  const record = (text === undefined ? undefined : parseRecord(text)) ?? emptyRecord;
  const certificates = await digests(host, settings, Object.values(record.routes));
  return { record, running: new Map(lists), certificates };
}

async function digests(
  host: ReadHost,
  settings: McproxySettings,
  routes: readonly RouteRecord[],
): Promise<Map<string, string>> {
  const names = [...new Set(routes.map((route) => certificateOf(specOf(route))))];
  return new Map(await Promise.all(names.map(async (name) => [name, await digestOf(host, settings, name)] as const)));
}

/** '' where there is none. */
export async function digestOf(host: ReadHost, settings: McproxySettings, name: string): Promise<string> {
  const path = name === '' ? undefined : storedPath(settings.certificatesDir, name);
  const text = path === undefined ? undefined : await host.files.text(path);
  return text === undefined ? '' : digest(text);
}

/** MC-Proxy's spelling of each bind of a listener; undefined where it has none. */
export function addressesOf(spec: ListenerSpec, running: Sight['running']): readonly (string | undefined)[] {
  const known = new Map([...running.keys()].map((addr) => [plainAddress(addr), addr]));
  return spec.binds.map((bind) => known.get(plainAddress(bind)));
}

/** Listeners that definitions ask for, by port. */
export function desiredListeners(
  desired: Desired,
): ReadonlyMap<number, { spec: ListenerSpec; services: readonly string[] }> {
  return new Map(
    Object.values(desired.resources)
      .filter(({ kind }) => kind === 'listener')
      .map(({ spec, services }) => {
        const listener = spec as unknown as ListenerSpec;
        return [listener.port, { spec: listener, services }] as const;
      }),
  );
}

export function routesAt(sight: Sight, addr: string, hostname: string): Message<'Route'> | undefined {
  return sight.running.get(addr)?.find((route) => route.hostname.toLowerCase() === hostname.toLowerCase());
}
