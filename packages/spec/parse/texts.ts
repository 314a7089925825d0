import { durationMs, isVariable, longestMs, type Read, readAssignment } from '../syntax/index.ts';
import { shown } from './check.ts';
import type { DiagnosticCode } from './codes.ts';
import type { Path } from './path.ts';
import type { Place } from './report.ts';

/** Something read from one text of a list, and where it stands. */
export interface Placed<T> {
  readonly value: T;
  readonly path: Path;
}

/** Reads each text of a list; what cannot be read is reported and left out. */
export function readEach<T>(
  texts: readonly string[] | undefined,
  read: (text: string) => Read<T>,
  at: { readonly place: Place; readonly key: string; readonly code: DiagnosticCode },
): Placed<T>[] {
  const found: Placed<T>[] = [];
  for (const [i, text] of (texts ?? []).entries()) {
    const path = [...at.place.path, at.key, i];
    const result = read(text);
    if (result.ok) found.push({ value: result.value, path });
    else
      at.place.report.error(at.code, path, {
        message: `${shown(text)}: ${result.message}`,
        ...(result.hint === undefined ? {} : { hint: result.hint }),
      });
  }
  return found;
}

/** Keeps the texts that pass; the others are reported with what is expected. */
export function keepEach(
  texts: readonly string[] | undefined,
  passes: (text: string) => boolean,
  at: { readonly place: Place; readonly key: string; readonly expected: string },
): string[] {
  return (texts ?? []).filter((text, i) => {
    if (passes(text)) return true;
    at.place.report.error('WrongValue', [...at.place.path, at.key, i], `expected ${at.expected}, found ${shown(text)}`);
    return false;
  });
}

type Assignments = readonly string[] | Readonly<Record<string, string | number | boolean>>;

/** Variables or labels, written as a list or a table. */
export function readPairs(
  input: Assignments | undefined,
  at: {
    readonly place: Place;
    readonly key: 'env' | 'labels';
    readonly isName: (name: string) => boolean;
    readonly expected: string;
  },
): Record<string, string> {
  const pairs: Record<string, string> = {};
  const { place, key } = at;
  const put = (name: string, value: string, path: Path) => {
    if (!at.isName(name))
      place.report.error('EnvSyntax', path, { message: `expected ${at.expected}, found ${shown(name)}`, at: 'key' });
    else if (Object.hasOwn(pairs, name)) place.report.error('EnvSyntax', path, `${name} is set twice`);
    else pairs[name] = value;
  };
  if (isList(input)) {
    for (const { value, path } of readEach(input, readAssignment, { place, key, code: 'EnvSyntax' }))
      put(value[0], value[1], path);
  } else {
    for (const [name, value] of Object.entries(input ?? {})) put(name, String(value), [...place.path, key, name]);
  }
  return Object.fromEntries(Object.entries(pairs).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isList(input: Assignments | undefined): input is readonly string[] {
  return Array.isArray(input);
}

export const variables = {
  isName: isVariable,
  expected: 'a variable name: letters, digits and "_", not a digit first',
};
export const labelNames = {
  isName: (name: string) =>
    /^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/.test(name) &&
    !name.startsWith('io.reconcile.') &&
    name !== 'constructor' &&
    name !== 'prototype',
  expected: 'a label of letters, digits, ".", "_", "/" and "-", outside io.reconcile.',
};

/** Which duration is read, and the longest that is accepted; default the longest that a timer can be. */
interface DurationKey {
  readonly key: string;
  readonly mostMs?: number;
}

/** A duration's milliseconds; undefined when it is not given, or too long. */
export function readDuration(
  text: string | number | undefined,
  place: Place,
  of: string | DurationKey,
): number | undefined {
  if (text === undefined) return undefined;
  const { key, mostMs = longestMs } = typeof of === 'string' ? { key: of } : of;
  const ms = typeof text === 'number' ? text * 1000 : durationMs(text);
  if (ms <= mostMs) return ms;
  place.report.error(
    'WrongValue',
    [...place.path, key],
    `expected at most ${mostMs >= 86_400_000 ? `${mostMs / 86_400_000}d` : `${mostMs / 1000}s`}, found ${shown(text)}`,
  );
  return undefined;
}

/** The given keys only: an absent one must stay absent, so that defaults can be laid below. */
export function given<T extends object>(values: { [K in keyof T]?: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
