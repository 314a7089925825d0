import type { Resource, SlotKey } from '@reconcile/core';
import type { JobSpec } from '@reconcile/core/kinds/job';
import { duration, momentText, type Standing, versionOf, type Zone } from '@reconcile/core/render';
import { type Scene, slotName } from './scene.ts';
import { waitText } from './words.ts';

/** How a job stands: what its last run came to. */
export function jobStanding(scene: Scene, slot: SlotKey, zone: Zone): Standing {
  const { spec } = scene.wanted.get(slot) as unknown as Resource<JobSpec>;
  return {
    slot,
    name: slotName(scene, slot),
    service: slot.split('/')[0] ?? slot,
    kind: 'job',
    stage: 'jobs',
    ...judge(scene, slot, zone),
    container: '',
    version: versionOf(spec.run.image),
    reachedAs: [spec.when === 'schedule' ? spec.schedule : spec.when],
  };
}

function judge(scene: Scene, slot: SlotKey, zone: Zone): Pick<Standing, 'grade' | 'state' | 'health' | 'note'> {
  const last = scene.ledger.jobs[slot];
  const wait = scene.waits.get(slot);
  const [change] = scene.changes.get(slot) ?? [];
  const failed = last !== undefined && last.exitCode !== 0;
  const health = last === undefined ? 'none' : failed ? 'unhealthy' : 'healthy';
  const told = last === undefined ? 'never run' : lastRun(last, { now: scene.now, zone });
  if (wait?.code === 'JobFailed') return { grade: 'failing', state: 'failed', health, note: told };
  if (wait !== undefined) return { grade: 'waiting', state: 'waiting', health, note: waitText(wait, scene.now) };
  if (change !== undefined) return { grade: 'changing', state: 'due', health, note: change.reason.text ?? 'to be run' };
  // Nothing waits for it: a person reads its result.
  return { grade: 'well', state: failed ? 'failed' : 'idle', health, note: told };
}

/** `last 03:30, 4 s`; `exit 3 at 03:30, 4 s`. */
export function lastRun(
  { exitCode, finishedAt, startedAt }: { exitCode: number; startedAt: number; finishedAt: number },
  { now, zone }: { now: number; zone: Zone },
): string {
  const when = momentText(startedAt, now, zone);
  const took = duration(Math.max(0, finishedAt - startedAt));
  return exitCode === 0 ? `last ${when}, ${took}` : `exit ${exitCode} at ${when}, ${took}`;
}
