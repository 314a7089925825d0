import type { Rows } from './rows.ts';

/**
 * `retry S`: forgets what was held against a service, component, slot or job, so that the next pass tries anew. `target` is
 * `mcr`, `mcr/web` or `mcr/migrate`. @returns true: there was something to forget
 */
export function forgive(rows: Rows, target: string): boolean {
  const changed = [
    rows.run(`DELETE FROM known_bad WHERE ${match('slot')}`, ...below(target)),
    rows.run(`DELETE FROM job WHERE exit_code != 0 AND (${match('slot')})`, ...below(target)),
    rows.run(
      `DELETE FROM job_run WHERE (outcome IN ('failed', 'interrupted') OR exit_code != 0) AND (${match('slot')})`,
      ...below(target),
    ),
  ];
  return calm(rows, target) || changed.some((rowsChanged) => rowsChanged > 0);
}

/**
 * Pauses and incidents of the same are over: what another version died of lately makes nobody wait. Which versions are bad stays
 * known. @returns true: there was something to forget
 */
export function calm(rows: Rows, target: string): boolean {
  const changed = [
    rows.run(`DELETE FROM attempt WHERE ${match('key')}`, ...below(target)),
    rows.run(`DELETE FROM attempt WHERE ${match('key')}`, ...below(`job/${target}`)),
    rows.run(
      `UPDATE slot SET gate_expired_json = NULL, deaths_json = '[]', reverts_json = '[]'
       WHERE (gate_expired_json IS NOT NULL OR deaths_json != '[]' OR reverts_json != '[]') AND (${match('slot')})`,
      ...below(target),
    ),
  ];
  return changed.some((rowsChanged) => rowsChanged > 0);
}

function match(column: string): string {
  return `${column} = ? OR (${column} > ? AND ${column} < ?)`;
}

function below(target: string): readonly [string, string, string] {
  return [target, `${target}/`, `${target}0`];
}
