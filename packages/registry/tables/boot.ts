import type { BootWait, Instant, SlotKey, Stage } from '@reconcile/core';
import { emptyRecord, parseJson, parseObject } from '../json.ts';
import type { Rows } from '../rows.ts';

/** What is kept of a boot as a whole. */
export interface BootFacts {
  /** As they were declared when it was first seen. */
  readonly stages: readonly Stage[];
  readonly convergedAt?: Instant;
}

export interface Boot {
  readonly bootId: string;
  readonly firstSeen: Instant;
  /** Absent: no pass has begun its report yet. */
  readonly facts?: BootFacts;
}

/** Somebody who had to come up at a boot. */
export interface BootSlotRow {
  readonly slot: SlotKey;
  readonly stage: string;
  readonly startedAt?: Instant;
  readonly readyAt?: Instant;
  readonly waits: readonly BootWait[];
}

export function readBoot(rows: Rows, bootId: string): Boot | undefined {
  const row = rows.one<{ first_seen: number; report_json: string | null }>(
    'SELECT * FROM boot WHERE boot_id = ?',
    bootId,
  );
  if (row === undefined) return undefined;
  const facts = parseObject<BootFacts>(row.report_json);
  return { bootId, firstSeen: row.first_seen, ...(Array.isArray(facts?.stages) ? { facts } : {}) };
}

/** Notes a boot when it is first seen; the last ten are kept. */
export function seeBoot(rows: Rows, bootId: string, at: Instant): void {
  if (rows.run('INSERT OR IGNORE INTO boot (boot_id, first_seen) VALUES (?, ?)', bootId, at) === 0) return;
  rows.run('DELETE FROM boot WHERE boot_id NOT IN (SELECT boot_id FROM boot ORDER BY first_seen DESC LIMIT 10)');
  rows.run('DELETE FROM stage_since WHERE boot_id NOT IN (SELECT boot_id FROM boot)');
  rows.run('DELETE FROM boot_slot WHERE boot_id NOT IN (SELECT boot_id FROM boot)');
}

export function writeBootFacts(rows: Rows, bootId: string, facts: BootFacts): void {
  rows.run('UPDATE boot SET report_json = ? WHERE boot_id = ?', JSON.stringify(facts), bootId);
}

interface SlotRow {
  readonly slot: string;
  readonly stage: string;
  readonly started_at: number | null;
  readonly ready_at: number | null;
  readonly waits_json: string;
}

/** Those of a boot, or of them only who is not ready yet. */
export function listBootSlots(rows: Rows, bootId: string, which: 'all' | 'open' = 'all'): BootSlotRow[] {
  return rows
    .all<SlotRow>(
      `SELECT * FROM boot_slot WHERE boot_id = ? ${which === 'open' ? 'AND ready_at IS NULL' : ''} ORDER BY slot`,
      bootId,
    )
    .map((row) => {
      const waits = parseJson(row.waits_json);
      return {
        slot: row.slot,
        stage: row.stage,
        waits: Array.isArray(waits) ? (waits as unknown as BootWait[]) : [],
        ...(row.started_at === null ? {} : { startedAt: row.started_at }),
        ...(row.ready_at === null ? {} : { readyAt: row.ready_at }),
      };
    });
}

export function addBootSlot(rows: Rows, bootId: string, { slot, stage }: Pick<BootSlotRow, 'slot' | 'stage'>): void {
  rows.run('INSERT OR IGNORE INTO boot_slot (boot_id, slot, stage) VALUES (?, ?, ?)', bootId, slot, stage);
}

/** The first start, or the first time its gate passed, counts. Nobody who is not in the report comes into it by this. */
export function markBootSlot(
  rows: Rows,
  bootId: string,
  { at, slot, what }: { slot: SlotKey; what: 'started' | 'ready'; at: Instant },
): void {
  const column = what === 'started' ? 'started_at' : 'ready_at';
  rows.run(
    `UPDATE boot_slot SET ${column} = ? WHERE boot_id = ? AND slot = ? AND ${column} IS NULL AND ready_at IS NULL`,
    at,
    bootId,
    slot,
  );
}

export function putBootWaits(rows: Rows, bootId: string, { slot, waits }: Pick<BootSlotRow, 'slot' | 'waits'>): void {
  rows.run('UPDATE boot_slot SET waits_json = ? WHERE boot_id = ? AND slot = ?', JSON.stringify(waits), bootId, slot);
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
