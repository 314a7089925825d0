import type { ApplyContext, Driver, Json, Resource } from '@reconcile/core';
import { type RecordArgs, type RecordDeleteArgs, type RecordSpec, recordKey } from '@reconcile/core/kinds/record';
import type { NameWriter, TxtWriter, Voices } from '@reconcile/drivers/acme';
import type { Host, ReadHost } from '@reconcile/host';

/** How a node that writes records answers an ACME server by them; nothing where it writes none. */
export function voicesOf(records: Driver<ReadHost, Host> | undefined): Voices {
  return records === undefined ? {} : { txt: txtWriter(records), name: nameWriter(records) };
}

/**
 * dns-01 by our own records: the TXT is one of ours like any other, so that one which a crash left behind is removed by the
 * next pass, since nothing wants it.
 */
function txtWriter(records: Driver<ReadHost, Host>): TxtWriter {
  return async (cx, { name, spec, values }) => {
    const driver = driverOf(cx, spec.zone) ?? 'rfc2136';
    const [value = '', ...more] = values;
    const several = more.length === 0 ? {} : { more };
    const record: RecordSpec = { type: 'TXT', hostname: name, zone: spec.zone, driver, value, ...several, routes: [] };
    await act(cx, records, { verb: 'create', record, was: [], services: [] });
    return () => act(cx, records, { verb: 'delete', record, was: values, services: [] });
  };
}

/**
 * http-01 under a name of ours: the record is made as the plan will make it after the route, which then finds it done. What
 * stands there already is left alone; what cannot be written is for the server's check to tell.
 */
function nameWriter(records: Driver<ReadHost, Host>): NameWriter {
  return async (cx, { hostname }) => {
    const seen = await records.observe(cx).catch(() => undefined);
    if (seen === undefined) return async () => undefined;
    const there = new Set(seen.resources.map(({ key }) => key));
    const made: (() => Promise<void>)[] = [];
    for (const { key, services, spec } of recordsOf(cx, hostname)) {
      if (there.has(key)) continue;
      const isMade = await act(cx, records, { verb: 'create', record: spec, was: [], services }).then(
        () => true,
        () => false,
      );
      if (isMade) made.push(() => act(cx, records, { verb: 'delete', record: spec, was: [spec.value], services }));
    }
    return async () => {
      for (const takeBack of made) await takeBack();
    };
  };
}

/** Who writes a zone. */
function driverOf({ desired }: ApplyContext<Host>, zone: string): RecordSpec['driver'] | undefined {
  const records = Object.values(desired.resources).filter(({ kind }) => kind === 'record');
  return records.map(({ spec }) => spec as unknown as RecordSpec).find((spec) => spec.zone === zone)?.driver;
}

/** Records that definitions want for a name. */
function recordsOf({ desired }: ApplyContext<Host>, hostname: string): Resource<RecordSpec>[] {
  return Object.values(desired.resources).flatMap((resource) => {
    const found = resource as unknown as Resource<RecordSpec>;
    return resource.kind === 'record' && found.spec.hostname === hostname ? [found] : [];
  });
}

interface Act {
  readonly verb: 'create' | 'delete';
  readonly record: RecordSpec;
  readonly was: readonly string[];
  readonly services: readonly string[];
}

async function act(
  cx: ApplyContext<Host>,
  records: Driver<ReadHost, Host>,
  { record, services, verb, was }: Act,
): Promise<void> {
  const key = recordKey(record);
  const args: RecordArgs | RecordDeleteArgs = { spec: record, was };
  await records.apply(cx, {
    id: `${key}#${verb}`,
    key,
    slot: key,
    services,
    kind: 'record',
    verb,
    phase: verb === 'create' ? 'make' : 'retire',
    needs: [],
    args: args as unknown as Json,
    risk: 'safe',
    reason: { code: 'Missing' },
    timeoutMs: 30_000,
  });
}
