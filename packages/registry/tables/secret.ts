import type { Instant } from '@reconcile/core';
import { emptyRecord } from '../json.ts';
import type { Rows } from '../rows.ts';

/** Secret name → HMAC of the content podman's copy was made from; never the content, never a plain hash. */
export function listSecrets(rows: Rows): Record<string, string> {
  const secrets = emptyRecord<string>();
  for (const row of rows.all<{ name: string; hmac: string }>('SELECT name, hmac FROM secret'))
    secrets[row.name] = row.hmac;
  return secrets;
}

export function putSecret(rows: Rows, name: string, made: { hmac: string; at: Instant }): void {
  rows.run('INSERT OR REPLACE INTO secret VALUES (?, ?, ?)', name, made.hmac, made.at);
}

export function deleteSecret(rows: Rows, name: string): void {
  rows.run('DELETE FROM secret WHERE name = ?', name);
}
