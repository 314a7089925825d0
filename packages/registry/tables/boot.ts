import type { Instant, Json } from '@reconcile/core';
import { emptyRecord, parseJson } from '../json.ts';
import type { Rows } from '../rows.ts';

export interface Boot {
  readonly bootId: string;
  readonly firstSeen: Instant;
  /** What waited for what; undefined until somebody wrote it. */
  readonly report: Json | undefined;
}

export function readBoot(rows: Rows, bootId: string): Boot | undefined {
  const row = rows.one<{ first_seen: number; report_json: string | null }>(
    'SELECT * FROM boot WHERE boot_id = ?',
    bootId,
  );
  return row === undefined ? undefined : { bootId, firstSeen: row.first_seen, report: parseJson(row.report_json) };
}

/** Notes a boot when it is first seen; the last ten are kept. */
export function seeBoot(rows: Rows, bootId: string, at: Instant): void {
  if (rows.run('INSERT OR IGNORE INTO boot (boot_id, first_seen) VALUES (?, ?)', bootId, at) === 0) return;
  rows.run('DELETE FROM boot WHERE boot_id NOT IN (SELECT boot_id FROM boot ORDER BY first_seen DESC LIMIT 10)');
  rows.run('DELETE FROM stage_since WHERE boot_id NOT IN (SELECT boot_id FROM boot)');
}

export function writeBootReport(rows: Rows, bootId: string, report: Json): void {
  rows.run('UPDATE boot SET report_json = ? WHERE boot_id = ?', JSON.stringify(report), bootId);
}

/** Stage name → when this boot began to wait for it. */
export function stagesSince(rows: Rows, bootId: string): Record<string, Instant> {
  const since = emptyRecord<Instant>();
  for (const row of rows.all<{ stage: string; at: number }>(
    'SELECT stage, at FROM stage_since WHERE boot_id = ?',
    bootId,
  )) {
    since[row.stage] = row.at;
  }
  return since;
}

/** The first wait counts; later ones change nothing. */
export function markStageSince(rows: Rows, wait: { bootId: string; stage: string; at: Instant }): void {
  rows.run('INSERT OR IGNORE INTO stage_since VALUES (?, ?, ?)', wait.bootId, wait.stage, wait.at);
}
