import { type Instant, type Override, type Principal, principalName } from '@reconcile/core';
import { parsePrincipal } from '../json.ts';
import type { Rows } from '../rows.ts';

interface Row {
  readonly id: string;
  readonly verb: string;
  readonly target: string;
  readonly since: number;
  readonly until: number | null;
  readonly principal_json: string;
  readonly why: string | null;
}

/** Those that have not ended, oldest first, as the planner takes them. */
export function currentOverrides(rows: Rows, now: Instant): Override[] {
  return listOverrides(rows, now).map((one) => ({ ...one, by: principalName(one.by) }));
}

/** The same, with who said so. */
export function listOverrides(rows: Rows, now: Instant): NewOverride[] {
  return rows
    .all<Row>('SELECT * FROM override WHERE until IS NULL OR until > ? ORDER BY since, id', now)
    .map(({ id, principal_json, since, target, until, verb, why }) => ({
      id,
      verb: verb === 'stop' ? 'stop' : 'freeze',
      target,
      since,
      by: parsePrincipal(principal_json),
      ...(until === null ? {} : { until }),
      ...(why === null ? {} : { why }),
    }));
}

/** One of a kind for each target: the newer word counts. */
export function addOverride(rows: Rows, { by, id, since, target, until, verb, why }: NewOverride): void {
  endOverrides(rows, { verb, target });
  rows.run(
    'INSERT INTO override (id, verb, target, since, until, principal_json, why) VALUES (?, ?, ?, ?, ?, ?, ?)',
    id,
    verb,
    target,
    since,
    until ?? null,
    JSON.stringify(by),
    why ?? null,
  );
}

export type NewOverride = Omit<Override, 'by'> & { readonly by: Principal };

/** Ends those of a target, or with `target` absent all of that verb. @returns how many */
export function endOverrides(rows: Rows, { target, verb }: { verb: Override['verb']; target?: string }): number {
  if (target === undefined) return rows.run('DELETE FROM override WHERE verb = ?', verb);
  return rows.run('DELETE FROM override WHERE verb = ? AND target = ?', verb, target);
}

/** Those whose time is over; they counted for nothing already. */
export function pruneOverrides(rows: Rows, now: Instant): number {
  return rows.run('DELETE FROM override WHERE until <= ?', now);
}
