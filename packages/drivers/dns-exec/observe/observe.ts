import type { Json, ObservedResource, Observer } from '@reconcile/core';
import { type FoundRecord, parseMark, seenRecord } from '@reconcile/core/kinds/record';
import type { ReadHost } from '@reconcile/host';
import { callScript } from './call.ts';
import { type ListedRecord, parseList } from './protocol.ts';
import type { DnsExecSettings } from './settings.ts';

/** One zone as the user's script lists it. A dry run starts no program of a user: there it throws RUN_NOT_READING. */
export function dnsExecObserver(settings: DnsExecSettings): Observer<ReadHost> {
  return {
    name: `exec ${settings.zone}`,
    serves: ['record'],
    async observe(cx) {
      const listed = await listZone(cx.host, settings, cx.signal);
      const resources = listed.map((record) => seenRecord(foundRecord(record, settings.zone), cx));
      return { resources: resources as unknown as ObservedResource<Json>[] };
    },
  };
}

export async function listZone(
  host: ReadHost,
  settings: DnsExecSettings,
  signal: AbortSignal,
): Promise<ListedRecord[]> {
  const request = { version: 1, verb: 'list', zone: settings.zone } as const;
  const listed = parseList(await callScript(host, settings, { request, signal }));
  return listed.filter(({ values, owner }) => values.length > 0 || owner !== null);
}

export function foundRecord({ type, name, values, owner }: ListedRecord, zone: string): FoundRecord {
  const mark = owner === null ? undefined : parseMark(owner, name);
  return { type, hostname: name, zone, driver: 'exec', state: { values }, mark };
}
