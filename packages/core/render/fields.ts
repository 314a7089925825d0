import type { Json } from '../model/json.ts';
import type { FieldChange } from '../model/plan.ts';
import { duration } from './units.ts';

/** One difference as a person reads it: `image  v1.3.2 → v1.3.3`, `env.LEVEL  1 → 2`. */
export function fieldText(change: FieldChange, arrow: string): string {
  if (change.field === 'image') {
    const [from, to] = shortenRefs(String(change.from), String(change.to));
    return `image  ${from} ${arrow} ${to}`;
  }
  const { field, from, to } = change;
  return `${field}  ${fieldValue(field, from)} ${arrow} ${fieldValue(field, to)}`;
}

/** Limits of which 0 means that there is none. */
const limits: ReadonlySet<string> = new Set(['memory', 'cpus', 'pids']);
const mebibyte = 1024 * 1024;

/** A value in its field's own unit: `64 MiB`, `10 s`. */
export function fieldValue(field: string, value: Json | undefined): string {
  if (typeof value !== 'number') return valueText(value);
  if (limits.has(field) && value === 0) return 'none';
  if (field === 'memory' && value % mebibyte === 0) return `${value / mebibyte} MiB`;
  return field.endsWith('Ms') ? duration(value) : String(value);
}

export function valueText(value: Json | undefined): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'string') return value === '' ? '""' : value;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((v) => valueText(v as Json)).join(',');
  return typeof value === 'object' ? partsText(value as Readonly<Record<string, Json>>) : String(value);
}

/** What it says and no more: `containerPort 80`. */
function partsText(value: Readonly<Record<string, Json>>): string {
  const said = Object.entries(value).filter(([, part]) => part !== null && part !== '');
  return said.length === 0 ? 'default' : said.map(([key, part]) => `${key} ${valueText(part)}`).join(' ');
}

/** Two references of one repository are told apart by their tags alone. */
export function shortenRefs(from: string, to: string): [string, string] {
  const a = splitRef(from);
  const b = splitRef(to);
  if (a.repository === b.repository) return [a.tag, b.tag];
  return [shortRef(from), shortRef(to)];
}

/** `reg.example.net/team/app:1.2@sha256:…` → `app:1.2`. */
export function shortRef(ref: string): string {
  const { repository, tag } = splitRef(ref);
  return `${repository.slice(repository.lastIndexOf('/') + 1)}${tag === '' ? '' : `:${tag}`}`;
}

/** Tag, or the first digits of a digest. */
export function versionOf(ref: string): string {
  return splitRef(ref).tag;
}

function splitRef(ref: string): { repository: string; tag: string } {
  const at = ref.indexOf('@');
  const named = at < 0 ? ref : ref.slice(0, at);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const repository = hasTag ? named.slice(0, colon) : named;
  const tag = hasTag
    ? named.slice(colon + 1)
    : at < 0
      ? ''
      : ref
          .slice(at + 1)
          .replace(/^sha256:/, '')
          .slice(0, 12);
  return { repository, tag };
}
