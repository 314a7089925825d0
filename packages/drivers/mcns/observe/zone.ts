import { plainIp } from '@reconcile/core';
import { type RecordSet, recordSets, recordTypes } from '@reconcile/core/kinds/record';
import type { McnsRecord } from './client.ts';

export type ZoneSet = RecordSet<McnsRecord>;

/** Sets by `<type> <name>`. MCNS has no place for a word about a record: the mark is a TXT record below the name. */
export function zoneSets(records: readonly McnsRecord[]): Map<string, ZoneSet> {
  return recordSets(records, (record) => {
    const type = recordTypes.find((one) => one === record.type);
    return type === undefined ? undefined : { type, name: record.name, value: plainValue(record) };
  });
}

function plainValue({ type, value }: McnsRecord): string {
  if (type === 'AAAA') return plainIp(value);
  return type === 'CNAME' ? value.toLowerCase().replace(/\.$/, '') : value;
}
