import type { Instant, LastGood, Resource, ResourceKey, SlotHistory, SlotKey } from '@reconcile/core';
import { emptyRecord, parseInstants, parseObject } from '../json.ts';
import type { Rows } from '../rows.ts';

export type GateExpired = NonNullable<SlotHistory['gateExpired']>;

interface Row {
  readonly slot: string;
  readonly ready_boot: string;
  readonly last_good_key: string;
  readonly last_good_json: string | null;
  readonly gate_expired_json: string | null;
  readonly typical_ready_ms: number | null;
  readonly deaths_json: string;
  readonly reverts_json: string;
  readonly flapping_since: number | null;
  readonly stopped_at: number | null;
}

/** Deaths and reverts older than this count for nothing (flapping and contested windows: ten minutes). */
const windowMs = 600_000;
const mostInstants = 20;

/** Every slot but its known-bad versions. Last-good versions are parsed when somebody looks at one. */
export function listSlots(rows: Rows, bootId: string, now: Instant): Record<SlotKey, SlotHistory> {
  const slots = emptyRecord<SlotHistory>();
  for (const row of rows.all<Row>('SELECT * FROM slot')) {
    slots[row.slot] = slotHistory(row, row.ready_boot === bootId, now);
  }
  return slots;
}

function slotHistory(row: Row, readySinceBoot: boolean, now: Instant): SlotHistory {
  const gateExpired = parseObject<GateExpired>(row.gate_expired_json);
  const plain: SlotHistory = {
    readySinceBoot,
    knownBad: [],
    deaths: recent(row.deaths_json, now),
    reverts: recent(row.reverts_json, now),
    ...(gateExpired === undefined ? {} : { gateExpired }),
    ...(row.flapping_since === null ? {} : { flappingSince: row.flapping_since }),
    ...(row.stopped_at === null ? {} : { stoppedAt: row.stopped_at }),
    ...(row.typical_ready_ms === null ? {} : { typicalReadyMs: row.typical_ready_ms }),
  };
  if (row.last_good_json === null) return plain;
  let looked: { good: LastGood | undefined } | undefined;
  const slot = {
    ...plain,
    get lastGood() {
      looked ??= { good: parseLastGood(row.last_good_json) };
      return looked.good;
    },
  };
  // Undefined instead of absent only where a damaged file left no JSON.
  return slot as SlotHistory;
}

function recent(text: string, now: Instant): Instant[] {
  return text === '[]' ? [] : parseInstants(text).filter((at) => at > now - windowMs);
}

function parseLastGood(text: string | null): LastGood | undefined {
  const good = parseObject<LastGood>(text);
  return typeof good?.resource?.key === 'string' && Array.isArray(good.needs) ? good : undefined;
}

/** What the journal needs to know of a slot while it writes. */
export interface SlotRecall {
  readonly readyBoot: string;
  readonly lastGoodKey: ResourceKey | undefined;
  readonly typicalReadyMs: number | undefined;
  lastGood(): LastGood | undefined;
}

export function recallSlot(rows: Rows, slot: SlotKey): SlotRecall | undefined {
  const row = rows.one<Row>('SELECT * FROM slot WHERE slot = ?', slot);
  if (row === undefined) return undefined;
  return {
    readyBoot: row.ready_boot,
    lastGoodKey: row.last_good_key === '' ? undefined : (row.last_good_key as ResourceKey),
    typicalReadyMs: row.typical_ready_ms ?? undefined,
    lastGood: () => parseLastGood(row.last_good_json),
  };
}

/** Slot → how long it usually takes from start to ready, ms; what a plan says about downtime. */
export function typicalReadyMs(rows: Rows): Record<SlotKey, number> {
  const typical = emptyRecord<number>();
  const found = rows.all<{ slot: string; ms: number }>(
    'SELECT slot, typical_ready_ms AS ms FROM slot WHERE typical_ready_ms IS NOT NULL',
  );
  for (const row of found) typical[row.slot] = row.ms;
  return typical;
}

/** Its gate was passed. */
export function markReady(
  rows: Rows,
  slot: SlotKey,
  ready: { bootId: string; typicalReadyMs: number | undefined },
): void {
  rows.run(
    `INSERT INTO slot (slot, ready_boot, typical_ready_ms) VALUES (?, ?, ?) ON CONFLICT (slot) DO UPDATE
     SET ready_boot = excluded.ready_boot, gate_expired_json = NULL,
         typical_ready_ms = coalesce(excluded.typical_ready_ms, typical_ready_ms)`,
    slot,
    ready.bootId,
    ready.typicalReadyMs ?? null,
  );
}

export function putLastGood(rows: Rows, slot: SlotKey, good: LastGood): void {
  ensure(rows, slot);
  rows.run(
    'UPDATE slot SET last_good_key = ?, last_good_json = ? WHERE slot = ?',
    good.resource.key,
    JSON.stringify(good),
    slot,
  );
}

export function putGateExpired(rows: Rows, slot: SlotKey, expired: GateExpired | undefined): void {
  ensure(rows, slot);
  rows.run(
    'UPDATE slot SET gate_expired_json = ? WHERE slot = ?',
    expired === undefined ? null : JSON.stringify(expired),
    slot,
  );
}

/** An incident begins or, undefined, is over. */
export function putFlapping(rows: Rows, slot: SlotKey, since: Instant | undefined): void {
  ensure(rows, slot);
  rows.run('UPDATE slot SET flapping_since = ? WHERE slot = ?', since ?? null, slot);
}

export function putStopped(rows: Rows, slot: SlotKey, at: Instant): void {
  ensure(rows, slot);
  rows.run('UPDATE slot SET stopped_at = ? WHERE slot = ?', at, slot);
}

export function addDeath(rows: Rows, slot: SlotKey, at: Instant): void {
  addInstant(rows, slot, { column: 'deaths_json', at });
}

export function addRevert(rows: Rows, slot: SlotKey, at: Instant): void {
  addInstant(rows, slot, { column: 'reverts_json', at });
}

function addInstant(rows: Rows, slot: SlotKey, entry: { column: 'deaths_json' | 'reverts_json'; at: Instant }): void {
  ensure(rows, slot);
  const stored = rows.one<{ text: string }>(`SELECT ${entry.column} AS text FROM slot WHERE slot = ?`, slot);
  const instants = new Set(recent(stored?.text ?? '[]', entry.at).concat(entry.at));
  const kept = [...instants].sort((a, b) => a - b).slice(-mostInstants);
  rows.run(`UPDATE slot SET ${entry.column} = ? WHERE slot = ?`, JSON.stringify(kept), slot);
}

function ensure(rows: Rows, slot: SlotKey): void {
  rows.run('INSERT OR IGNORE INTO slot (slot) VALUES (?)', slot);
}

/** The non-container resources a version needs, as they were when its gate passed. */
export function neededBy(resource: Resource, lookup: (key: ResourceKey) => Resource | undefined): Resource[] {
  return resource.references.flatMap((ref) =>
    'key' in ref && !ref.key.startsWith('job/') ? (lookup(ref.key) ?? []) : [],
  );
}
