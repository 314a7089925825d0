import type { Instant, JobMark, JobRun, JobTrigger, SlotKey } from '@reconcile/core';
import { emptyRecord, parseObject } from '../json.ts';
import type { Rows } from '../rows.ts';
import { closeRequest } from './request.ts';

/** A run as its intent knows it. */
export interface BegunRun {
  /** What it is for: its request, or the definition and boot it is tied to. */
  readonly run: string;
  /** Where no request says more. */
  readonly trigger: JobTrigger;
  readonly bootId: string;
}

const mostRuns = 20;

interface Row {
  readonly slot: string;
  readonly trigger: string;
  readonly outcome: string;
  readonly begun_at: number;
  readonly ended_at: number | null;
  readonly exit_code: number | null;
}

/** Of every job that ever ran here, newest first. */
export function listRuns(rows: Rows): Record<SlotKey, readonly JobRun[]> {
  const runs = emptyRecord<JobRun[]>();
  for (const row of rows.all<Row>('SELECT * FROM job_run ORDER BY slot, id DESC')) {
    runs[row.slot] ??= [];
    runs[row.slot]?.push({
      trigger: row.trigger as JobTrigger,
      outcome: row.outcome as JobRun['outcome'],
      begunAt: row.begun_at,
      ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
      ...(row.exit_code === null ? {} : { exitCode: row.exit_code }),
    });
  }
  return runs;
}

/** A run begins, or goes on: a pass that gave way, or was killed, left it, and this one takes it up again. */
export function beginRun(rows: Rows, slot: SlotKey, { at, bootId, run, trigger }: BegunRun & { at: Instant }): void {
  const last = rows.one<{ id: number; run: string; outcome: string }>(
    'SELECT id, run, outcome FROM job_run WHERE slot = ? ORDER BY id DESC LIMIT 1',
    slot,
  );
  if (last?.run === run && (last.outcome === 'running' || last.outcome === 'failed')) {
    rows.run("UPDATE job_run SET outcome = 'running', ended_at = NULL, boot_id = ? WHERE id = ?", bootId, last.id);
    return;
  }
  stopRun(rows, slot, { outcome: 'interrupted', at });
  rows.run(
    "INSERT INTO job_run (slot, run, trigger, boot_id, begun_at, outcome) VALUES (?, ?, ?, ?, ?, 'running')",
    slot,
    run,
    requestTrigger(rows, run) ?? trigger,
    bootId,
    at,
  );
  rows.run(
    'DELETE FROM job_run WHERE slot = ? AND id NOT IN (SELECT id FROM job_run WHERE slot = ? ORDER BY id DESC LIMIT ?)',
    slot,
    slot,
    mostRuns,
  );
}

/** It came to its end, well or badly. */
export function endRun(rows: Rows, slot: SlotKey, { exitCode, finishedAt, startedAt }: JobMark): void {
  rows.run(
    "UPDATE job_run SET outcome = 'ended', begun_at = ?, ended_at = ?, exit_code = ? WHERE slot = ? AND outcome = 'running'",
    startedAt,
    finishedAt,
    exitCode,
    slot,
  );
}

/** Whatever of it is going on did not come to its end. */
export function stopRun(rows: Rows, slot: SlotKey, of: { outcome: JobRun['outcome']; at: Instant }): void {
  rows.run(
    "UPDATE job_run SET outcome = ?, ended_at = ? WHERE slot = ? AND outcome = 'running'",
    of.outcome,
    of.at,
    slot,
  );
}

interface Cut {
  readonly id: number;
  readonly run: string;
}

/** Runs that went on when the machine went down. */
export function cutRuns(rows: Rows, bootId: string): readonly Cut[] {
  return rows.all<Cut>("SELECT id, run FROM job_run WHERE outcome = 'running' AND boot_id != ?", bootId);
}

/** They are told as interrupted, and what asked for them does not ask again. */
export function interruptRuns(rows: Rows, cut: readonly Cut[], at: Instant): void {
  for (const { id, run } of cut) {
    rows.run("UPDATE job_run SET outcome = 'interrupted', ended_at = ? WHERE id = ? AND outcome = 'running'", at, id);
    closeRequest(rows, run, at);
  }
}

function requestTrigger(rows: Rows, run: string): JobTrigger | undefined {
  const row = rows.one<{ args_json: string | null }>('SELECT args_json FROM request WHERE id = ?', run);
  const trigger = parseObject<{ trigger: unknown }>(row?.args_json ?? null)?.trigger;
  return trigger === 'schedule' || trigger === 'catch-up' ? trigger : undefined;
}
