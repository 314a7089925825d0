import { createHash } from 'node:crypto';
import type { Instant, Json, Principal } from '@reconcile/core';
import { parseJson, parsePrincipal } from '../json.ts';
import type { Rows } from '../rows.ts';

/** Somebody did something, or tried to. */
export interface AuditEntry {
  readonly at: Instant;
  readonly by: Principal;
  /** The way it came: http, socket. */
  readonly via: string;
  /** Of the access table. */
  readonly method: string;
  /** A service, a hold, a token; '' the node. */
  readonly target: string;
  readonly args: Json;
  readonly outcome: 'allowed' | 'denied';
}

export interface StoredAudit extends AuditEntry {
  /** Grows. */
  readonly id: number;
}

interface Row {
  readonly id: number;
  readonly at: number;
  readonly principal_json: string;
  readonly via: string;
  readonly method: string;
  readonly target: string;
  readonly args_json: string;
  readonly outcome: string;
  readonly chain: string;
}

type Content = Omit<Row, 'id' | 'chain'>;

/** As many as the table's own trigger keeps. */
const mostRows = 100_000;

/** Adds one row; each carries a hash over itself and the one before, so that what was altered outside shows. */
export function addAudit(rows: Rows, entry: AuditEntry): void {
  const content: Content = {
    at: entry.at,
    principal_json: JSON.stringify(entry.by),
    via: entry.via,
    method: entry.method,
    target: entry.target,
    args_json: JSON.stringify(entry.args),
    outcome: entry.outcome,
  };
  const last = rows.one<{ chain: string }>('SELECT chain FROM audit ORDER BY id DESC LIMIT 1');
  rows.run(
    'INSERT INTO audit (at, principal_json, via, method, target, args_json, outcome, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ...values(content),
    chained(last?.chain ?? '', content),
  );
  rows.run('DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?', mostRows);
}

/** Newest first. */
export function listAudit(rows: Rows, query: { readonly limit: number; readonly before?: number }): StoredAudit[] {
  const before = query.before ?? Number.MAX_SAFE_INTEGER;
  return rows.all<Row>('SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?', before, query.limit).map((row) => ({
    id: row.id,
    at: row.at,
    by: parsePrincipal(row.principal_json),
    via: row.via,
    method: row.method,
    target: row.target,
    args: parseJson(row.args_json) ?? null,
    outcome: row.outcome === 'allowed' ? 'allowed' : 'denied',
  }));
}

/** Id of the first row that does not follow from the one before it; undefined: the chain is whole. The oldest kept row is believed. */
export function brokenAudit(rows: Rows): number | undefined {
  let before: string | undefined;
  for (const row of rows.all<Row>('SELECT * FROM audit ORDER BY id')) {
    if (before !== undefined && chained(before, row) !== row.chain) return row.id;
    if (before === undefined && row.id === 1 && chained('', row) !== row.chain) return row.id;
    before = row.chain;
  }
  return undefined;
}

function values(content: Content) {
  const { args_json, at, method, outcome, principal_json, target, via } = content;
  return [at, principal_json, via, method, target, args_json, outcome] as const;
}

function chained(before: string, content: Content): string {
  return createHash('sha256')
    .update(JSON.stringify([before, ...values(content)]))
    .digest('hex');
}
