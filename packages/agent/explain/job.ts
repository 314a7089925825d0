import type { Resource } from '@reconcile/core';
import type { JobSpec } from '@reconcile/core/kinds/job';
import { type Check, duration } from '@reconcile/core/render';
import { waitText } from '../standing/words.ts';
import { type Case, when } from './case.ts';

const occasions: Readonly<Record<JobSpec['when'], string>> = {
  'before-start': 'once for each boot and definition, before its components start',
  'before-update': 'once for each new image, before its components are made',
  'after-update': 'once for each new image, after its components are ready',
  schedule: 'by its schedule',
  manual: 'only when somebody asks',
};

/** When a job runs, and what its last run came to. */
export function jobChecks(of: Case): Check[] {
  const { spec } = of.wanted as unknown as Resource<JobSpec>;
  const schedule = spec.when === 'schedule' ? `, ${spec.schedule} ${spec.timezone}` : '';
  const occasion: Check = {
    gate: 'runs',
    verdict: 'info',
    text: `${spec.when}: ${occasions[spec.when]}${schedule}; at most ${duration(spec.timeoutMs)}`,
  };
  return [occasion, lastRun(of, spec)];
}

function lastRun(of: Case, spec: JobSpec): Check {
  const last = of.scene.ledger.jobs[of.slot];
  const wait = of.scene.waits.get(of.slot);
  if (wait !== undefined && wait.code !== 'JobFailed')
    return { gate: 'last run', verdict: 'wait', text: waitText(wait, of.scene.now) };
  if (last === undefined) return { gate: 'last run', verdict: 'info', text: 'never run' };
  const took = duration(Math.max(0, last.finishedAt - last.startedAt));
  const text = `${when(of, last.startedAt)}, exit ${last.exitCode} after ${took}`;
  if (last.exitCode === 0) return { gate: 'last run', verdict: 'ok', text };
  const isWaitedFor = spec.when !== 'manual' && spec.when !== 'schedule';
  const details = isWaitedFor ? [`it runs again for a new image, or: reconcile retry ${of.slot}`] : [];
  return { gate: 'last run', verdict: 'no', text, details };
}
