import type { Instant, JobRun, Resource, SlotKey } from '@reconcile/core';
import type { JobSpec } from '@reconcile/core/kinds/job';
import { duration, type JobStanding, momentText, type Standing, versionOf, type Zone } from '@reconcile/core/render';
import { nextDue } from '../schedule/cron.ts';
import { isHeld } from '../schedule/jobs.ts';
import { type Scene, slotName } from './scene.ts';
import { waitText } from './words.ts';

/** How a job stands: what its last run came to, and when it runs next. */
export function jobStanding(scene: Scene, slot: SlotKey, zone: Zone): Standing {
  const { spec } = scene.wanted.get(slot) as unknown as Resource<JobSpec>;
  const job = storyOf(scene, slot, spec);
  return {
    slot,
    name: slotName(scene, slot),
    service: slot.split('/')[0] ?? slot,
    kind: 'job',
    stage: 'jobs',
    ...judge({ job, scene, slot, spec, zone }),
    container: '',
    version: versionOf(spec.run.image),
    job,
    reachedAs: [spec.when === 'schedule' ? spec.schedule : spec.when],
  };
}

function storyOf({ history, now, runs }: Scene, slot: SlotKey, spec: JobSpec): JobStanding {
  const story = runs[slot];
  const missedAt = story?.schedule?.missedAt;
  const [last] = story?.runs ?? [];
  const isWaiting = spec.when === 'schedule' && !isHeld({ slot }, history.overrides);
  const nextAt = isWaiting ? nextDue(spec, now) : undefined;
  return {
    failures: failuresIn(story?.runs ?? []),
    ...(last === undefined ? {} : { last }),
    ...(nextAt === undefined ? {} : { nextAt }),
    ...(spec.when !== 'schedule' || missedAt === undefined ? {} : { missedAt }),
  };
}

/** Bad ends since the last good one. What goes on, and what the next run replaced, says nothing. */
function failuresIn(runs: readonly JobRun[]): number {
  const judged = runs.filter(({ outcome }) => outcome !== 'running' && outcome !== 'replaced');
  const good = judged.findIndex(({ exitCode, outcome }) => outcome === 'ended' && exitCode === 0);
  return good < 0 ? judged.length : good;
}

interface Judged {
  readonly job: JobStanding;
  readonly scene: Scene;
  readonly slot: SlotKey;
  readonly spec: JobSpec;
  readonly zone: Zone;
}

function judge({ job, scene, slot, spec, zone }: Judged): Pick<Standing, 'grade' | 'state' | 'health' | 'note'> {
  const { now } = scene;
  const last = scene.ledger.jobs[slot];
  const wait = scene.waits.get(slot);
  const [change] = scene.changes.get(slot) ?? [];
  const failed = job.failures > 0 || (last !== undefined && last.exitCode !== 0);
  const health = failed ? 'unhealthy' : last === undefined ? 'none' : 'healthy';
  const told = [
    lastText(scene, { job, slot, zone }),
    ...(job.failures > 1 ? [`failed ${job.failures} times in a row`] : []),
    ...(job.missedAt === undefined ? [] : [`missed ${momentText(job.missedAt, now, zone)}`]),
    ...(job.nextAt === undefined ? [] : [`next in ${duration(job.nextAt - now)}`]),
  ].join(', ');
  if (wait?.code === 'JobFailed') return { grade: 'failing', state: 'failed', health, note: told };
  if (wait !== undefined) return { grade: 'waiting', state: 'waiting', health, note: waitText(wait, now) };
  if (job.last?.outcome === 'running')
    return { grade: 'well', state: 'running', health, note: `since ${momentText(job.last.begunAt, now, zone)}` };
  if (change !== undefined) return { grade: 'changing', state: 'due', health, note: change.reason.text ?? 'to be run' };
  // Nobody looks at what a schedule runs; of one that a person ran, that person reads the result.
  if (spec.when === 'schedule' && failed) return { grade: 'failing', state: 'failed', health, note: told };
  return { grade: 'well', state: failed ? 'failed' : 'idle', health, note: told };
}

/** `last 03:30, 4 s`; `exit 3 at 03:30, 4 s`; `interrupted at 03:30`. */
function lastText({ ledger, now, runs }: Scene, of: { job: JobStanding; slot: SlotKey; zone: Zone }): string {
  const { job, slot, zone } = of;
  const [finished] = (runs[slot]?.runs ?? []).filter(({ outcome }) => outcome !== 'running');
  if (finished !== undefined && finished.outcome !== 'ended')
    return `${finished.outcome} at ${momentText(finished.endedAt ?? finished.begunAt, now, zone)}`;
  const mark = ledger.jobs[slot];
  if (mark !== undefined) return endText(mark, { now, zone });
  return job.failures > 0 ? 'failed' : 'never run';
}

function endText(
  { exitCode, finishedAt, startedAt }: { exitCode: number; startedAt: Instant; finishedAt: Instant },
  { now, zone }: { now: Instant; zone: Zone },
): string {
  const when = momentText(startedAt, now, zone);
  const took = duration(Math.max(0, finishedAt - startedAt));
  return exitCode === 0 ? `last ${when}, ${took}` : `exit ${exitCode} at ${when}, ${took}`;
}
