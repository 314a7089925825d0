import { markName, markText, type RecordMark, type RecordSpec, recordValues } from '@reconcile/core/kinds/record';
import type { ZoneSet } from '../observe/zone.ts';
import { classes, encodeData, opcodes, type ResourceRecord, types } from '../wire/index.ts';

// RFC 2136 2.4 (prerequisites) and 2.5 (updates): what they mean stands in class, TTL and empty data.

const nothing = new Uint8Array(0);

const existsNot = (name: string, type: number): ResourceRecord => ({
  name,
  type,
  class: classes.NONE,
  ttl: 0,
  data: nothing,
});
const existsAs = (record: ResourceRecord): ResourceRecord => ({ ...record, class: classes.IN, ttl: 0 });
const deleteSet = (name: string, type: number): ResourceRecord => ({
  name,
  type,
  class: classes.ANY,
  ttl: 0,
  data: nothing,
});

/** Only if nothing changed since it was read: records and mark are exactly those, and no CNAME came or goes beside. */
function prerequisites(was: ZoneSet): ResourceRecord[] {
  const { type, hostname } = was;
  const set = was.records.length > 0 ? was.records.map(existsAs) : [existsNot(hostname, types[type])];
  const marks = was.marks.length > 0 ? was.marks.map(existsAs) : [existsNot(markName(type, hostname), types.TXT)];
  return [...set, ...marks];
}

/** A CNAME stands alone (RFC 1034 3.6.2); servers drop an addition beside one without a word (RFC 2136 3.4.2.2). */
function aloneness({ type, hostname, records }: ZoneSet): ResourceRecord[] {
  if (type !== 'CNAME') return [existsNot(hostname, types.CNAME)];
  return records.length > 0 ? [] : [existsNot(hostname, types.ANY)];
}

/** One message: all of it happens, or nothing (RFC 2136 3). Zone, prerequisites, updates. */
function update(zone: string, before: readonly ResourceRecord[], changes: readonly ResourceRecord[]) {
  const questions = [{ name: zone, type: types.SOA, class: classes.IN }];
  return { opcode: opcodes.update, questions, answers: before, authorities: changes };
}

/** Changes nothing: is neither the record nor its mark there? */
export function probeMessage(zone: string, { type, hostname }: Pick<RecordSpec, 'type' | 'hostname'>) {
  const isAbsent = [existsNot(hostname, types[type]), existsNot(markName(type, hostname), types.TXT)];
  return update(zone, isAbsent, []);
}

/** The record and its mark, in the place of what was read. */
export function putMessage(spec: RecordSpec, mark: RecordMark, { was, ttl }: { was: ZoneSet; ttl: number }) {
  const { type, hostname } = spec;
  const place = markName(type, hostname);
  const text = encodeData('TXT', markText(mark, hostname));
  return update(
    spec.zone,
    [...prerequisites(was), ...aloneness(was)],
    [
      deleteSet(hostname, types[type]),
      ...recordValues(spec).map((value) => ({
        name: hostname,
        type: types[type],
        class: classes.IN,
        ttl,
        data: encodeData(type, value),
      })),
      deleteSet(place, types.TXT),
      { name: place, type: types.TXT, class: classes.IN, ttl, data: text },
    ],
  );
}

/** Neither the record nor its mark any more. */
export function deleteMessage(zone: string, was: ZoneSet) {
  const { type, hostname } = was;
  return update(zone, prerequisites(was), [
    deleteSet(hostname, types[type]),
    deleteSet(markName(type, hostname), types.TXT),
  ]);
}
