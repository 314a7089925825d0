import type { Desired, Instant, Principal, ScheduledArgs, SlotKey } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import {
  addRequest,
  closeRequest,
  currentOverrides,
  listSchedules,
  openRequests,
  putSchedule,
  type Registry,
  type Rows,
  stopRun,
} from '@reconcile/registry';
import { type Decision, decide, type Known, nextOf } from './decide.ts';
import { type ScheduledJob, scheduledJobs } from './jobs.ts';

export interface DueContext {
  readonly registry: Registry;
  readonly host: Pick<Host, 'clock' | 'ids'>;
  readonly desired: Desired;
}

/** What came of going through the schedules. */
export interface Gone {
  /** Runs that were asked for: the next pass carries them out. */
  readonly asked: readonly SlotKey[];
  /** When something is due next. */
  readonly nextAt: Instant | undefined;
}

/**
 * Asks for what is due, as a person does who says `run S/JOB`. The request and how far its schedule was gone by are one
 * transaction: nothing is asked for twice. Writes nothing while nothing is due. @throws as `Registry.write`
 */
export async function askDue({ desired, host, registry }: DueContext): Promise<Gone> {
  const now = host.clock.now();
  const jobs = scheduledJobs(desired);
  if (jobs.length === 0) return { asked: [], nextAt: undefined };
  const look = (rows: Rows) => knownOf(rows, jobs, now);
  const decisions = decide(registry.read(look));
  if (decisions.length === 0) return { asked: [], nextAt: nextOf(registry.read(look)) };
  const by: Principal = { issuer: 'node', subject: desired.node, kind: 'machine', scopes: [] };
  const specs = new Map(jobs.map(({ slot, spec }) => [slot, spec]));
  const asked = await registry.write((rows) => {
    // What somebody asked for since counts.
    const due = decide(look(rows));
    for (const decision of due) {
      const why = `schedule ${specs.get(decision.slot)?.schedule ?? ''}`;
      carryOut(rows, decision, { id: host.ids.random().slice(0, 12), at: now, by, why });
    }
    return due.flatMap(({ act, slot }) => (act === undefined ? [] : [slot]));
  });
  return { asked, nextAt: nextOf(registry.read(look)) };
}

function knownOf(rows: Rows, jobs: readonly ScheduledJob[], now: Instant): Known {
  const open = new Map<SlotKey, number>();
  for (const { target, verb } of openRequests(rows)) if (verb === 'run') open.set(target, (open.get(target) ?? 0) + 1);
  return { jobs, schedules: listSchedules(rows), open, overrides: currentOverrides(rows, now), now };
}

interface Words {
  readonly id: string;
  readonly at: Instant;
  readonly by: Principal;
  readonly why: string;
}

function carryOut(rows: Rows, { act, row, slot }: Decision, { at, by, id, why }: Words): void {
  putSchedule(rows, slot, row);
  if (act === undefined) return;
  if (act === 'replace') {
    for (const request of openRequests(rows))
      if (request.verb === 'run' && request.target === slot) closeRequest(rows, request.id, at);
    stopRun(rows, slot, { outcome: 'replaced', at });
  }
  const args: ScheduledArgs = { why, trigger: act === 'catch-up' ? act : 'schedule' };
  addRequest(rows, { id, verb: 'run', target: slot, at, by, args: { ...args } });
}
