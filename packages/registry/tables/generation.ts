import type { Instant, Principal } from '@reconcile/core';
import { emptyRecord, parseObject, parsePrincipal } from '../json.ts';
import type { Rows } from '../rows.ts';

/** One commit this node was asked to be, numbered in the order they came. */
export interface Generation {
  readonly number: number;
  readonly commit: string;
  readonly at: Instant;
  readonly by: Principal;
  /** When a pass first carried it out without anything held; undefined until then. */
  readonly appliedAt: Instant | undefined;
  /** When nothing was left to do, held or waiting; undefined until then. */
  readonly convergedAt: Instant | undefined;
}

interface Row {
  readonly number: number;
  readonly commit_id: string;
  readonly at: number;
  readonly principal_json: string;
  readonly services_json: string | null;
  readonly applied_at: number | null;
  readonly converged_at: number | null;
}

function fromRow(row: Row): Generation {
  return {
    number: row.number,
    commit: row.commit_id,
    at: row.at,
    by: parsePrincipal(row.principal_json),
    appliedAt: row.applied_at ?? undefined,
    convergedAt: row.converged_at ?? undefined,
  };
}

export function latestGeneration(rows: Rows): Generation | undefined {
  const row = rows.one<Row>('SELECT * FROM generation ORDER BY number DESC LIMIT 1');
  return row === undefined ? undefined : fromRow(row);
}

export function listGenerations(rows: Rows, limit = 20): Generation[] {
  return rows.all<Row>('SELECT * FROM generation ORDER BY number DESC LIMIT ?', limit).map(fromRow);
}

/** The number a commit has or would get: the latest one's when that is its commit, else the next. */
export function generationOf(rows: Rows, commit: string): number {
  const latest = latestGeneration(rows);
  if (latest === undefined) return 1;
  return latest.commit === commit ? latest.number : latest.number + 1;
}

/** Numbers a commit. Nothing is written when the latest generation already is that commit. */
export function enterGeneration(rows: Rows, entry: { commit: string; at: Instant; by: Principal }): number {
  const number = generationOf(rows, entry.commit);
  rows.run(
    'INSERT OR IGNORE INTO generation (number, commit_id, at, principal_json) VALUES (?, ?, ?, ?)',
    number,
    entry.commit,
    entry.at,
    JSON.stringify(entry.by),
  );
  return number;
}

/**
 * A pass carried this generation out with nothing held: from now on the services it runs (name → stage) are what a
 * shrinking source is measured against. Nothing is written when that is known already. @returns true: something was written
 */
export function markApplied(
  rows: Rows,
  number: number,
  applied: { at: Instant; services: Readonly<Record<string, string>>; converged: boolean },
): boolean {
  const services = JSON.stringify(Object.fromEntries(Object.entries(applied.services).sort()));
  const changed = rows.run(
    'UPDATE generation SET services_json = ?, applied_at = coalesce(applied_at, ?) WHERE number = ? AND services_json IS NOT ?',
    services,
    applied.at,
    number,
    services,
  );
  if (!applied.converged) return changed > 0;
  const first = rows.run(
    'UPDATE generation SET converged_at = ? WHERE number = ? AND converged_at IS NULL',
    applied.at,
    number,
  );
  return changed + first > 0;
}

/** Service → stage name, by the last applied generation. */
export function lastServices(rows: Rows): Record<string, string> {
  const row = rows.one<Row>('SELECT * FROM generation WHERE applied_at IS NOT NULL ORDER BY number DESC LIMIT 1');
  return Object.assign(emptyRecord<string>(), parseObject<Record<string, string>>(row?.services_json));
}

/** Commit of the last applied generation: what `Reconcile-Allow` trailers are collected since. */
export function lastAppliedCommit(rows: Rows): string | undefined {
  return rows.one<Row>('SELECT * FROM generation WHERE applied_at IS NOT NULL ORDER BY number DESC LIMIT 1')?.commit_id;
}

/** What was carried out before a commit: the last applied generation of any other one. */
export function appliedBefore(rows: Rows, commit: string): string | undefined {
  return rows.one<Row>(
    'SELECT * FROM generation WHERE applied_at IS NOT NULL AND commit_id != ? ORDER BY number DESC LIMIT 1',
    commit,
  )?.commit_id;
}
