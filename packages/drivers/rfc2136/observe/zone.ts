import { parseMark, type RecordMark, type RecordType, recordTypes } from '@reconcile/core/kinds/record';
import { decodeData, type ResourceRecord, types } from '../wire/index.ts';

/** All records of one name and type, and the mark beside them. */
export interface RecordSet {
  readonly type: RecordType;
  readonly hostname: string;
  readonly values: readonly string[];
  /** The records and the marks as they stand, for an exact comparison by the server. */
  readonly records: readonly ResourceRecord[];
  readonly marks: readonly ResourceRecord[];
  readonly mark: RecordMark | undefined;
}

/** `_reconcile-a.web.example.net`: below a name, so that it may stand beside a CNAME too. */
export function markName(type: RecordType, hostname: string): string {
  return `_reconcile-${type.toLowerCase()}.${hostname}`;
}

function markedBy(name: string): { readonly type: RecordType; readonly hostname: string } | undefined {
  const [, word, hostname = ''] = /^_reconcile-(a|aaaa|cname|txt)\.(.+)$/.exec(name) ?? [];
  const type = recordTypes.find((one) => one.toLowerCase() === word);
  return type === undefined ? undefined : { type, hostname };
}

const typeOf = new Map<number, RecordType>(recordTypes.map((type) => [types[type], type]));

/** Sets by `<type> <name>`; names of which only a mark is left are among them. @throws RFC2136_GARBLED */
export function recordSets(records: readonly ResourceRecord[]): Map<string, RecordSet> {
  const sets = new Map<string, RecordSet>();
  const at = (type: RecordType, hostname: string): RecordSet =>
    sets.get(`${type} ${hostname}`) ?? { type, hostname, values: [], records: [], marks: [], mark: undefined };
  const put = (set: RecordSet) => sets.set(`${set.type} ${set.hostname}`, set);
  for (const record of records) {
    const type = typeOf.get(record.type);
    if (type === undefined) continue;
    const marked = type === 'TXT' ? markedBy(record.name) : undefined;
    if (marked === undefined) {
      const set = at(type, record.name);
      const values = [...set.values, decodeData(type, record.data)].sort();
      put({ ...set, values, records: [...set.records, record] });
      continue;
    }
    const set = at(marked.type, marked.hostname);
    const marks = [...set.marks, record];
    // Two marks prove nothing.
    const mark = marks.length === 1 ? parseMark(decodeData('TXT', record.data), marked.hostname) : undefined;
    put({ ...set, marks, mark });
  }
  return sets;
}
