import type { ApplyContext, Driver, Json } from '@reconcile/core';
import { type RecordArgs, type RecordDeleteArgs, type RecordSpec, recordKey } from '@reconcile/core/kinds/record';
import type { TxtWriter } from '@reconcile/drivers/acme';
import type { Host, ReadHost } from '@reconcile/host';

/**
 * dns-01 by our own records: the TXT is one of ours like any other, so that one which a crash left behind is removed by the
 * next pass, since nothing wants it. undefined where this node writes no records.
 */
export function txtWriter(records: Driver<ReadHost, Host> | undefined): TxtWriter | undefined {
  if (records === undefined) return undefined;
  return async (cx, { name, spec, value }) => {
    const driver = driverOf(cx, spec.hostname);
    const record: RecordSpec = { type: 'TXT', hostname: name, zone: spec.zone, driver, value, routes: [] };
    await act(cx, records, { verb: 'create', record, was: [] });
    return () => act(cx, records, { verb: 'delete', record, was: [value] });
  };
}

/** Whoever writes the name's own record writes beside it. */
function driverOf(cx: ApplyContext<Host>, hostname: string): RecordSpec['driver'] {
  for (const { kind, spec } of Object.values(cx.desired.resources)) {
    const record = spec as unknown as RecordSpec;
    if (kind === 'record' && record.hostname === hostname) return record.driver;
  }
  return 'rfc2136';
}

interface Act {
  readonly verb: 'create' | 'delete';
  readonly record: RecordSpec;
  readonly was: readonly string[];
}

async function act(cx: ApplyContext<Host>, records: Driver<ReadHost, Host>, { record, verb, was }: Act): Promise<void> {
  const key = recordKey(record);
  const args: RecordArgs | RecordDeleteArgs = { spec: record, was };
  await records.apply(cx, {
    id: `${key}#${verb}`,
    key,
    slot: key,
    services: [],
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
