import { parseMark, type RecordMark } from './mark.ts';
import { type RecordType, recordTypes } from './spec.ts';

// A zone that is listed as single records, and marks as TXT records beside them: how every driver without a better place
// for a word about a record proves that it is ours.

/** All records of one name and type, and the mark beside them. `R`: a record as its server has it. */
export interface RecordSet<R> {
  readonly type: RecordType;
  readonly hostname: string;
  readonly values: readonly string[];
  /** The records and the marks as they stand, for an exact comparison by the server. */
  readonly records: readonly R[];
  readonly marks: readonly R[];
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

export function emptySet<R>(type: RecordType, hostname: string): RecordSet<R> {
  return { type, hostname, values: [], records: [], marks: [], mark: undefined };
}

/** One record as everybody writes it: addresses in their shortest form, a TXT as one text. */
export interface PlainRecord {
  readonly type: RecordType;
  readonly name: string;
  readonly value: string;
}

/**
 * Sets by `<type> <name>`; names of which only a mark is left are among them.
 * @param plain undefined for what is of no type of ours
 */
export function recordSets<R>(
  records: readonly R[],
  plain: (record: R) => PlainRecord | undefined,
): Map<string, RecordSet<R>> {
  const sets = new Map<string, RecordSet<R>>();
  for (const record of records) {
    const one = plain(record);
    if (one === undefined) continue;
    const marked = one.type === 'TXT' ? markedBy(one.name) : undefined;
    const { hostname, type } = marked ?? { type: one.type, hostname: one.name };
    const set = sets.get(`${type} ${hostname}`) ?? emptySet<R>(type, hostname);
    sets.set(
      `${type} ${hostname}`,
      marked === undefined ? withValue(set, record, one.value) : withMark(set, record, one.value),
    );
  }
  return sets;
}

function withValue<R>(set: RecordSet<R>, record: R, value: string): RecordSet<R> {
  return { ...set, values: [...set.values, value].sort(), records: [...set.records, record] };
}

/** Two marks prove nothing. */
function withMark<R>(set: RecordSet<R>, record: R, value: string): RecordSet<R> {
  const marks = [...set.marks, record];
  return { ...set, marks, mark: marks.length === 1 ? parseMark(value, set.hostname) : undefined };
}
