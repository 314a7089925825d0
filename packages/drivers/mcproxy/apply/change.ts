import { isFleetError, type ResourceKey } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import type { Connection } from '../observe/ask.ts';
import { routesAt, type Sight } from '../observe/look.ts';
import { formatRecord, parseRecord, type RouteRecord } from '../record/record.ts';
import type { McproxySettings } from '../settings/settings.ts';
import type { CallName, Message } from '../wire/messages.ts';

/** What one action works with. */
export interface Work {
  readonly host: Host;
  readonly settings: McproxySettings;
  readonly connection: Connection<CallName>;
  readonly sight: Sight;
}

const fileMode = 0o600;
const directoryMode = 0o700;

/** One entry of the record; undefined: it goes, and with the last one the file and its directory. */
export async function writeRecord(
  { host, settings }: Work,
  key: ResourceKey,
  route: RouteRecord | undefined,
): Promise<void> {
  const { dir, recordFile } = settings;
  const text = await host.files.text(recordFile);
  const before = (text === undefined ? undefined : parseRecord(text))?.routes ?? {};
  const others = Object.entries(before).filter(([other]) => other !== key);
  const routes = Object.fromEntries(route === undefined ? others : [...others, [key, route]]);
  if (Object.keys(routes).length === 0) {
    await host.files.remove(recordFile);
    if (((await host.files.list(dir)) ?? ['none']).length === 0) await host.files.remove(dir);
    return;
  }
  const next = formatRecord({ version: 1, routes });
  if (next === text) return;
  await host.files.makeDir(dir, { mode: directoryMode });
  await host.files.write(recordFile, next, { mode: fileMode });
}

/** An upsert; sent even when it is there already, since the files it names may be new. */
export async function addRoute({ connection }: Work, addr: string, route: Message<'Route'>): Promise<void> {
  await connection.call('AddRoute', { listener_addr: addr, route });
}

/** Gone already is gone. */
export async function removeRoute({ connection, sight }: Work, addr: string, hostname: string): Promise<void> {
  if (routesAt(sight, addr, hostname) === undefined) return;
  try {
    await connection.call('RemoveRoute', { listener_addr: addr, hostname: hostname.toLowerCase() });
  } catch (error) {
    if (!isFleetError(error) || error.code !== 'MCPROXY_NO_LISTENER') throw error;
  }
}
