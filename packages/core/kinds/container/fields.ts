import { sameJson } from '../../model/canonical.ts';
import type { Json } from '../../model/json.ts';
import type { FieldChange } from '../../model/plan.ts';
import type { ContainerSpec, MountedFile } from './spec.ts';

/** Named differences between two specs, without the fields the owner asked to leave alone. */
export function containerFields(from: ContainerSpec, to: ContainerSpec, ignore: readonly string[]): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const field of Object.keys(to) as (keyof ContainerSpec)[]) {
    if (field === 'files' || ignore.includes(field)) continue;
    if (field === 'env' || field === 'labels') {
      changes.push(...recordFields(field, from[field], to[field], ignore));
    } else if (!sameJson(from[field] as unknown as Json, to[field] as unknown as Json)) {
      changes.push({ field, from: from[field] as unknown as Json, to: to[field] as unknown as Json });
    }
  }
  return changes;
}

function recordFields(
  field: string,
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
  ignore: readonly string[],
): FieldChange[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return names
    .filter((name) => from[name] !== to[name] && !ignore.includes(`${field}.${name}`))
    .map((name) => ({ field: `${field}.${name}`, from: from[name] ?? null, to: to[name] ?? null }));
}

/** What a difference in one mounted file asks for. */
export interface FileDifference {
  readonly change: FieldChange;
  readonly file: MountedFile;
  /** `replace`: the set, the place or the rights changed, or the owner asked for it. */
  readonly asks: 'replace' | 'restart' | 'signal' | 'none';
}

export function fileDifferences(from: readonly MountedFile[], to: readonly MountedFile[]): FileDifference[] {
  const before = new Map(from.map((file) => [file.target, file]));
  const after = new Map(to.map((file) => [file.target, file]));
  const found: FileDifference[] = [];
  for (const target of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const old = before.get(target);
    const now = after.get(target);
    const file = now ?? old;
    if (file === undefined) continue;
    const change = {
      field: `files.${target}`,
      from: old?.hash.slice(0, 12) ?? null,
      to: now?.hash.slice(0, 12) ?? null,
    };
    // With its first secret, or without its last, a copy lies elsewhere: what is mounted cannot move.
    const moves = (old?.secrets.length ?? 0) > 0 !== (now?.secrets.length ?? 0) > 0;
    if (old === undefined || now === undefined || moves || old.mode !== now.mode || old.owner !== now.owner) {
      found.push({ change, file, asks: 'replace' });
    } else if (old.hash !== now.hash) {
      found.push({ change, file: now, asks: asksFor(now) });
    }
  }
  return found;
}

export function asksFor(file: MountedFile): FileDifference['asks'] {
  if (typeof file.onChange === 'object') return 'signal';
  return file.onChange;
}
