import type { Action, ActionId, Instant, Json, Kind, Principal, ResourceKey, SlotKey, Verb } from '@reconcile/core';
import { parseJson, parsePrincipal } from '../json.ts';
import type { Rows } from '../rows.ts';

/** An action that was begun and of which nobody knows yet how it ended. */
export interface Intent {
  readonly actionId: ActionId;
  readonly key: ResourceKey;
  readonly slot: SlotKey;
  readonly kind: Kind;
  readonly verb: Verb;
  readonly args: Json;
  readonly commit: string;
  readonly generation: number;
  readonly bootId: string;
  /** The holder that began it. */
  readonly epoch: number;
  readonly by: Principal;
  readonly at: Instant;
}

interface Row {
  readonly action_id: string;
  readonly key: string;
  readonly slot: string;
  readonly kind: string;
  readonly verb: string;
  readonly args_json: string;
  readonly commit_id: string;
  readonly generation: number;
  readonly boot_id: string;
  readonly epoch: number;
  readonly principal_json: string;
  readonly at: number;
}

export type IntentContext = Pick<Intent, 'commit' | 'generation' | 'bootId' | 'epoch' | 'by' | 'at'>;

export function openIntents(rows: Rows): Intent[] {
  return rows.all<Row>('SELECT * FROM intent ORDER BY at, action_id').map((row) => ({
    actionId: row.action_id,
    key: row.key as ResourceKey,
    slot: row.slot,
    kind: row.kind,
    verb: row.verb as Verb,
    args: parseJson(row.args_json) ?? null,
    commit: row.commit_id,
    generation: row.generation,
    bootId: row.boot_id,
    epoch: row.epoch,
    by: parsePrincipal(row.principal_json),
    at: row.at,
  }));
}

export function openIntent(rows: Rows, action: Action, context: IntentContext): void {
  rows.run(
    'INSERT OR REPLACE INTO intent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    action.id,
    action.key,
    action.slot,
    action.kind,
    action.verb,
    JSON.stringify(action.args),
    context.commit,
    context.generation,
    context.bootId,
    context.epoch,
    JSON.stringify(context.by),
    context.at,
  );
}

/** @returns when it was begun, undefined when it never was */
export function closeIntent(rows: Rows, actionId: ActionId): Instant | undefined {
  const row = rows.one<{ at: number }>('SELECT at FROM intent WHERE action_id = ?', actionId);
  if (row !== undefined) rows.run('DELETE FROM intent WHERE action_id = ?', actionId);
  return row?.at;
}

/** What earlier passes left open: the world has been looked at since, and this pass's plan was made from that. */
export function closeIntentsBefore(rows: Rows, at: Instant): void {
  rows.run('DELETE FROM intent WHERE at < ?', at);
}
