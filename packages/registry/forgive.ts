import type { Rows } from './rows.ts';

/**
 * `retry S`: forgets what was held against a service, component, slot or job, so that the next pass tries anew. `target` is
 * `mcr`, `mcr/web` or `mcr/migrate`. @returns true: there was something to forget
 */
export function forgive(rows: Rows, target: string): boolean {
  const within = '= ? OR (%s > ? AND %s < ?)';
  const match = (column: string) => `${column} ${within.replaceAll('%s', column)}`;
  const below = (prefix = '') => [`${prefix}${target}`, `${prefix}${target}/`, `${prefix}${target}0`] as const;
  const changed = [
    rows.run(`DELETE FROM known_bad WHERE ${match('slot')}`, ...below()),
    rows.run(`DELETE FROM attempt WHERE ${match('key')}`, ...below()),
    rows.run(`DELETE FROM attempt WHERE ${match('key')}`, ...below('job/')),
    rows.run(`DELETE FROM job WHERE exit_code != 0 AND (${match('slot')})`, ...below()),
    rows.run(
      `UPDATE slot SET gate_expired_json = NULL, deaths_json = '[]', reverts_json = '[]'
       WHERE (gate_expired_json IS NOT NULL OR deaths_json != '[]' OR reverts_json != '[]') AND (${match('slot')})`,
      ...below(),
    ),
  ];
  return changed.some((rowsChanged) => rowsChanged > 0);
}
