import { plainIp } from '@reconcile/core';
import { parseMark, type RecordMark, type RecordType, recordTypes } from '@reconcile/core/kinds/record';
import type { McnsRecord } from './client.ts';

/** All records of one name and type, and the mark beside them. */
export interface RecordSet {
  readonly type: RecordType;
  readonly hostname: string;
  readonly values: readonly string[];
  readonly records: readonly McnsRecord[];
  readonly marks: readonly McnsRecord[];
  readonly mark: RecordMark | undefined;
}

/** A TXT record below the name: MCNS has no other place for a word about a record. */
export function markName(type: RecordType, hostname: string): string {
  return `_reconcile-${type.toLowerCase()}.${hostname}`;
}

function markedBy(name: string): { readonly type: RecordType; readonly hostname: string } | undefined {
  const [, word, hostname = ''] = /^_reconcile-(a|aaaa|cname|txt)\.(.+)$/.exec(name) ?? [];
  const type = recordTypes.find((one) => one.toLowerCase() === word);
  return type === undefined ? undefined : { type, hostname };
}

/** By `<type> <name>`. */
export function recordSets(records: readonly McnsRecord[]): Map<string, RecordSet> {
  const sets = new Map<string, RecordSet>();
  const put = (set: RecordSet) => sets.set(`${set.type} ${set.hostname}`, set);
  for (const record of records) {
    const type = recordTypes.find((one) => one === record.type);
    if (type === undefined) continue;
    const marked = type === 'TXT' ? markedBy(record.name) : undefined;
    const { hostname, type: ofType } = marked ?? { type, hostname: record.name };
    const set = sets.get(`${ofType} ${hostname}`) ?? emptySet(ofType, hostname);
    if (marked === undefined) {
      put({ ...set, values: [...set.values, plainValue(record)].sort(), records: [...set.records, record] });
    } else {
      const marks = [...set.marks, record];
      // Two marks prove nothing.
      put({ ...set, marks, mark: marks.length === 1 ? parseMark(record.value, hostname) : undefined });
    }
  }
  return sets;
}

export function emptySet(type: RecordType, hostname: string): RecordSet {
  return { type, hostname, values: [], records: [], marks: [], mark: undefined };
}

function plainValue({ type, value }: McnsRecord): string {
  if (type === 'AAAA') return plainIp(value);
  return type === 'CNAME' ? value.toLowerCase().replace(/\.$/, '') : value;
}
