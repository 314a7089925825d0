import { existsSync, renameSync } from 'node:fs';
import type { Connection } from './native.ts';
import { Damage } from './sqlite-error.ts';

/** Something about the registry that a person should know: it was not there, or not whole. */
export interface RegistryNotice {
  readonly code: 'MovedAside' | 'Unreadable';
  /** Where the damaged file lies now. */
  readonly file: string;
  readonly reason: string;
}

const companions = ['', '-wal', '-shm', '-journal'];

/** Renames a damaged registry and its log to `<path>.damaged-<n>…`, the first free n. Never deletes. @returns the new name */
export function moveAside(path: string): string {
  let n = 1;
  const name = () => `${path}.damaged-${n}`;
  while (companions.some((suffix) => existsSync(`${name()}${suffix}`))) n++;
  for (const suffix of companions) {
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${name()}${suffix}`);
  }
  return name();
}

/**
 * Takes a damaged file out of the way. Renamed first, closed later: closing folds the log into the database and deletes
 * `<path>-wal` by name, which must then neither be the evidence nor the log of the fresh file.
 */
export function setAside(path: string, damage: unknown, db: Connection | undefined): RegistryNotice {
  const file = moveAside(path);
  db?.close();
  return { code: 'MovedAside', file, reason: damageText(damage) };
}

export function damageText(damage: unknown): string {
  return damage instanceof Error ? damage.message : String(damage);
}

/** Walks every page and row. @throws Damage */
export function checkWhole(db: Connection): void {
  const verdict = db.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') throw new Damage(String(verdict));
}
