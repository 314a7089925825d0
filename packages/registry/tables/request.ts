import { type Instant, type Json, type Principal, principalName, type Request } from '@reconcile/core';
import { parseJson, parsePrincipal } from '../json.ts';
import type { Rows } from '../rows.ts';

interface Row {
  readonly id: string;
  readonly verb: string;
  readonly target: string;
  readonly at: number;
  readonly principal_json: string;
  readonly args_json: string | null;
}

const keptMs = 30 * 24 * 3_600_000;

/** Oldest first. */
export function openRequests(rows: Rows): Request[] {
  return rows.all<Row>('SELECT * FROM request WHERE closed_at IS NULL ORDER BY at, id').map((row) => {
    const args = parseJson(row.args_json);
    return {
      id: row.id,
      verb: row.verb as Request['verb'],
      target: row.target,
      at: row.at,
      by: principalName(parsePrincipal(row.principal_json)),
      ...(args === undefined ? {} : { args }),
    };
  });
}

export function addRequest(
  rows: Rows,
  request: { id: string; verb: Request['verb']; target: string; at: Instant; by: Principal; args?: Json },
): void {
  rows.run(
    'INSERT INTO request (id, verb, target, at, principal_json, args_json) VALUES (?, ?, ?, ?, ?, ?)',
    request.id,
    request.verb,
    request.target,
    request.at,
    JSON.stringify(request.by),
    request.args === undefined ? null : JSON.stringify(request.args),
  );
}

/** It was fulfilled, or nobody can fulfil it. Closed ones are forgotten after 30 days. */
export function closeRequest(rows: Rows, id: string, at: Instant): void {
  rows.run('UPDATE request SET closed_at = ? WHERE id = ? AND closed_at IS NULL', at, id);
  rows.run('DELETE FROM request WHERE closed_at < ?', at - keptMs);
}
