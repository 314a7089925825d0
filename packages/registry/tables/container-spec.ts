import type { ContainerRecord, Health, Instant, Json, SlotKey } from '@reconcile/core';
import { emptyRecord, parseJson } from '../json.ts';
import type { Rows } from '../rows.ts';

interface Row {
  readonly name: string;
  readonly id: string;
  readonly slot: string;
  readonly spec: string;
  readonly spec_hash: string;
  readonly schema: number;
  readonly aliased: number;
  readonly health: string | null;
  readonly health_at: number | null;
}

/** What a container was made from, or started with last. */
export interface RecordedSpec {
  readonly name: string;
  readonly slot: SlotKey;
  readonly spec: Json;
  readonly specHash: string;
  readonly schema: number;
}

/** By name. One whose spec cannot be read is left out: its label still has it. */
export function listContainers(rows: Rows): Record<string, ContainerRecord> {
  const records = emptyRecord<ContainerRecord>();
  for (const row of rows.all<Row>('SELECT * FROM container_spec')) {
    const spec = parseJson(row.spec);
    if (spec === undefined || typeof row.name !== 'string') continue;
    records[row.name] = {
      name: row.name,
      id: row.id,
      slot: row.slot,
      spec,
      specHash: row.spec_hash,
      schema: row.schema,
      aliased: row.aliased === 1,
      ...(row.health === null || row.health_at === null
        ? {}
        : { health: { state: row.health as Health, at: row.health_at } }),
    };
  }
  return records;
}

/** Runtime id under which we know it; '' while only intended, undefined when we do not know the name. */
export function containerId(rows: Rows, name: string): string | undefined {
  return rows.one<{ id: string }>('SELECT id FROM container_spec WHERE name = ?', name)?.id;
}

/** Before a container is made: the name is ours, whatever a crash leaves of it. A row that is there stays as it is. */
export function intendContainer(rows: Rows, recorded: RecordedSpec, at: Instant): void {
  rows.run(
    'INSERT OR IGNORE INTO container_spec (name, id, slot, spec, spec_hash, schema, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    recorded.name,
    '',
    recorded.slot,
    JSON.stringify(recorded.spec),
    recorded.specHash,
    recorded.schema,
    at,
  );
}

/** It was made: whatever the name meant before is forgotten. */
export function putContainer(
  rows: Rows,
  recorded: RecordedSpec,
  made: { id: string; aliased: boolean; at: Instant },
): void {
  rows.run(
    `INSERT OR REPLACE INTO container_spec (name, id, slot, spec, spec_hash, schema, aliased, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    recorded.name,
    made.id,
    recorded.slot,
    JSON.stringify(recorded.spec),
    recorded.specHash,
    recorded.schema,
    made.aliased ? 1 : 0,
    made.at,
  );
}

/** It now runs with this spec: files were changed in place, or we only learn now that it is there. */
export function updateContainer(rows: Rows, recorded: RecordedSpec, seen: { at: Instant; id?: string }): void {
  intendContainer(rows, recorded, seen.at);
  rows.run(
    'UPDATE container_spec SET spec = ?, spec_hash = ?, schema = ?, id = coalesce(?, id) WHERE name = ?',
    JSON.stringify(recorded.spec),
    recorded.specHash,
    recorded.schema,
    seen.id ?? null,
    recorded.name,
  );
}

/** It is about to start: what a probe said of an earlier run says nothing of this one. */
export function forgetHealth(rows: Rows, name: string): void {
  rows.run('UPDATE container_spec SET health = NULL, health_at = NULL WHERE name = ?', name);
}

export function markAliased(rows: Rows, name: string): void {
  rows.run('UPDATE container_spec SET aliased = 1 WHERE name = ?', name);
}

export function deleteContainer(rows: Rows, name: string): void {
  rows.run('DELETE FROM container_spec WHERE name = ?', name);
  rows.run('DELETE FROM health WHERE key = ?', `container/${name}`);
}
