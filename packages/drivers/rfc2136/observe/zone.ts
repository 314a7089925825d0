import { type RecordSet, type RecordType, recordSets, recordTypes } from '@reconcile/core/kinds/record';
import { decodeData, type ResourceRecord, types } from '../wire/index.ts';

export type ZoneSet = RecordSet<ResourceRecord>;

const typeOf = new Map<number, RecordType>(recordTypes.map((type) => [types[type], type]));

/** Sets by `<type> <name>`. @throws RFC2136_GARBLED */
export function zoneSets(records: readonly ResourceRecord[]): Map<string, ZoneSet> {
  return recordSets(records, (record) => {
    const type = typeOf.get(record.type);
    return type === undefined ? undefined : { type, name: record.name, value: decodeData(type, record.data) };
  });
}
