import type { Instant, Principal } from '@reconcile/core';
import { parsePrincipal } from '../json.ts';
import type { Rows } from '../rows.ts';

/** A way in: made for a program (`token`) or by a login (`session`). What opens the door is not here, only its hash. */
export interface TokenRow {
  readonly id: string;
  readonly kind: 'token' | 'session';
  readonly name: string;
  readonly principal: Principal;
  readonly createdAt: Instant;
  readonly createdBy: Principal;
  readonly expiresAt: Instant;
  readonly revokedAt?: Instant;
}

interface Row {
  readonly id: string;
  readonly kind: TokenRow['kind'];
  readonly name: string;
  readonly principal_json: string;
  readonly created_at: number;
  readonly created_by_json: string;
  readonly expires_at: number;
  readonly revoked_at: number | null;
}

const columns = 'id, kind, name, principal_json, created_at, created_by_json, expires_at, revoked_at';
/** How long one that no longer opens anything is still listed. */
const keptMs = 30 * 24 * 3_600_000;
const mostSessions = 200;

/** `hash`: of the secret, which is never stored. Drops what has long been over, and the oldest sessions beyond 200. */
export function addToken(rows: Rows, token: Omit<TokenRow, 'revokedAt'> & { readonly hash: string }): void {
  rows.run(
    `INSERT INTO token (${columns}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?)`,
    token.id,
    token.kind,
    token.name,
    JSON.stringify(token.principal),
    token.createdAt,
    JSON.stringify(token.createdBy),
    token.expiresAt,
    token.hash,
  );
  rows.run('DELETE FROM token WHERE min(expires_at, coalesce(revoked_at, expires_at)) < ?', token.createdAt - keptMs);
  rows.run(
    "DELETE FROM token WHERE id IN (SELECT id FROM token WHERE kind = 'session' ORDER BY created_at DESC LIMIT -1 OFFSET ?)",
    mostSessions,
  );
}

/** Only one that is neither expired nor revoked. */
export function findToken(rows: Rows, hash: string, now: Instant): TokenRow | undefined {
  const row = rows.one<Row>(
    `SELECT ${columns} FROM token WHERE hash = ? AND revoked_at IS NULL AND expires_at > ?`,
    hash,
    now,
  );
  return row === undefined ? undefined : tokenOf(row);
}

/** Newest first, with those that are over and not yet forgotten. */
export function listTokens(rows: Rows): TokenRow[] {
  return rows.all<Row>(`SELECT ${columns} FROM token ORDER BY created_at DESC, id`).map(tokenOf);
}

/** By id, or by the name of a token. @returns how many were ended */
export function revokeToken(rows: Rows, which: string, at: Instant): number {
  return rows.run(
    "UPDATE token SET revoked_at = ? WHERE (id = ? OR (kind = 'token' AND name = ?)) AND revoked_at IS NULL",
    at,
    which,
    which,
  );
}

function tokenOf(row: Row): TokenRow {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    principal: parsePrincipal(row.principal_json),
    createdAt: row.created_at,
    createdBy: parsePrincipal(row.created_by_json),
    expiresAt: row.expires_at,
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  };
}
