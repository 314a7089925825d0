import type { z } from 'zod';
import { valueAt } from './path.ts';
import { mostIssues, type Place } from './report.ts';
import { unknownKey } from './unknown.ts';

type ZodIssue = z.core.$ZodIssue;

/**
 * One table against its schema. Every problem is reported; then what was wrong is left out and the rest is checked again,
 * so that the remaining text can still be looked at. undefined: something required is missing or wrong.
 */
export function checkTable<T>(schema: z.ZodType<T>, value: unknown, place: Place): T | undefined {
  const first = schema.safeParse(value);
  if (first.success) return first.data;
  for (const issue of first.error.issues) {
    if (place.report.isFull) return undefined;
    translate(issue, value, place);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const second = schema.safeParse(without(value, badKeys(first.error.issues)));
  return second.success ? second.data : undefined;
}

function badKeys(issues: readonly ZodIssue[]): Set<PropertyKey> {
  const bad = new Set<PropertyKey>();
  for (const issue of issues) {
    const [key] = issue.path;
    if (key !== undefined) bad.add(key);
    else if (issue.code === 'unrecognized_keys') for (const unknown of issue.keys) bad.add(unknown);
  }
  return bad;
}

function without(value: object, bad: ReadonlySet<PropertyKey>): object {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !bad.has(key)));
}

function translate(issue: ZodIssue, value: unknown, place: Place): void {
  const inside = issue.path.filter((segment) => typeof segment !== 'symbol');
  const path = [...place.path, ...inside];
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys.slice(0, mostIssues)) unknownKey(key, { ...place, path });
    return;
  }
  const written = valueAt(value, inside);
  if (written === undefined) {
    const expected =
      issue.code === 'invalid_type' ? expectedType(issue.expected) : issue.message.replace(/^expected /, '');
    place.report.error('MissingKey', path, {
      message: `\`${String(path.at(-1))}\` is missing: ${expected} is required`,
      at: 'key',
    });
    return;
  }
  const isType = issue.code === 'invalid_type' || issue.code === 'invalid_union';
  const isKey = issue.code === 'invalid_key';
  const found = shown(isKey ? inside.at(-1) : written);
  place.report.error(isType ? 'WrongType' : 'WrongValue', path, {
    message: `${expectation(issue)}, found ${found}`,
    at: isKey ? 'key' : 'value',
  });
}

/** `expected …`, in words. */
function expectation(issue: Exclude<ZodIssue, { code: 'unrecognized_keys' }>): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${expectedType(issue.expected)}`;
    case 'invalid_value':
      return `expected ${listed(issue.values.map(String))}`;
    case 'too_small':
      return `expected at least ${counted(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `expected at most ${counted(issue.maximum, issue.origin)}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'not a valid name';
    default:
      return issue.message;
  }
}

function counted(bound: number | bigint, origin: string): string {
  if (origin !== 'array') return String(bound);
  return `${bound} element${bound === 1 ? '' : 's'}`;
}

function expectedType(expected: string): string {
  switch (expected) {
    case 'array':
      return 'a list';
    case 'object':
    case 'record':
      return 'a table';
    case 'int':
      return 'a whole number';
    case 'boolean':
      return 'true or false';
    case 'string':
    case 'number':
      return `a ${expected}`;
    default:
      return expected;
  }
}

/** A value as a message shows it: short, on one line. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a date';
  if (typeof value === 'object' && value !== null) return 'a table';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function listed(allowed: readonly string[]): string {
  const quoted = allowed.map((word) => `"${word}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
