import type { Rows } from '../rows.ts';

/** Single facts of the registry itself: `schema`, `epoch`. */
export function readMeta(rows: Rows, key: string): string | undefined {
  return rows.one<{ value: string }>('SELECT value FROM meta WHERE key = ?', key)?.value;
}

export function writeMeta(rows: Rows, key: string, value: string): void {
  rows.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', key, value);
}
