import { isHostname, type RecordType, recordTypes } from '@reconcile/core/kinds/record';
import { fail } from '../errors.ts';

// specs/dns-exec.md, version 1.

/** One record set as a script lists it. */
export interface ListedRecord {
  readonly type: RecordType;
  readonly name: string;
  readonly values: readonly string[];
  /** What `put` was given to keep beside it; null: nobody gave anything. */
  readonly owner: string | null;
}

export type Request =
  | { readonly version: 1; readonly verb: 'list'; readonly zone: string }
  | {
      readonly version: 1;
      readonly verb: 'put';
      readonly zone: string;
      readonly record: ListedRecord & { readonly ttl: number };
      /** What must still be there for it to be replaced; null: nothing. */
      readonly was: Pick<ListedRecord, 'values' | 'owner'> | null;
    }
  | {
      readonly version: 1;
      readonly verb: 'delete';
      readonly zone: string;
      readonly record: Pick<ListedRecord, 'type' | 'name'>;
      readonly was: Pick<ListedRecord, 'values' | 'owner'> | null;
    };

/** Why a script did not do it. */
export interface Refusal {
  readonly error: 'changed' | 'refused' | 'failed';
  readonly message: string;
}

const longestShown = 200;

/** All records of an answer to `list`. One that cannot be understood spoils them all: a partial list is none. @throws DNS_EXEC_GARBLED */
export function parseList(text: string): ListedRecord[] {
  const answer = parseJson(text);
  const { records } = answer;
  if (!Array.isArray(records)) throw garbled('an object with "records"', text);
  const found = records.flatMap((one: unknown) => listed(one) ?? []);
  const keys = new Set(found.map(({ type, name }) => `${type} ${name}`));
  if (keys.size !== found.length) throw garbled('each type and name once', text);
  return found;
}

/** undefined: of a type that is none of our business (MX, NS …). */
function listed(one: unknown): ListedRecord | undefined {
  if (!isObject(one)) throw garbled('records as objects', JSON.stringify(one));
  const { name, owner = null, type, values } = one;
  if (typeof type !== 'string' || typeof name !== 'string') throw garbled('a type and a name', JSON.stringify(one));
  const known = recordTypes.find((each) => each === type);
  if (known === undefined) return undefined;
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string'))
    throw garbled('values as texts', JSON.stringify(one));
  if (owner !== null && typeof owner !== 'string') throw garbled('an owner as text or null', JSON.stringify(one));
  const plain = name.toLowerCase().replace(/\.$/, '');
  if (!isHostname(plain.replace(/^\*\./, ''))) throw garbled('whole names', JSON.stringify(one));
  return { type: known, name: plain, values: [...(values as string[])].sort(), owner };
}

/** An answer to `put` or `delete`: what is not an error is done. @throws DNS_EXEC_GARBLED */
export function parseDone(text: string): Refusal | undefined {
  const { error, message, ok } = parseJson(text);
  if (error === undefined && ok === true) return undefined;
  if (error !== 'changed' && error !== 'refused' && error !== 'failed')
    throw garbled('"ok": true, or an "error" of changed, refused, failed', text);
  return { error, message: typeof message === 'string' ? message.slice(0, longestShown) : '' };
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw garbled('one JSON object', text);
  }
  if (!isObject(value)) throw garbled('one JSON object', text);
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function garbled(wanted: string, actual: string): Error {
  return fail('DNS_EXEC_GARBLED', {
    message: 'read the answer of the DNS script',
    wanted,
    actual: actual.trim() === '' ? 'nothing' : actual.slice(0, longestShown),
    hint: 'reconcile dns check SCRIPT --zone ZONE tries it',
  });
}
