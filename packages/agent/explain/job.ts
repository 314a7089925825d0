import type { JobRun, Resource } from '@reconcile/core';
import type { JobSpec } from '@reconcile/core/kinds/job';
import { type Check, duration, fullTime } from '@reconcile/core/render';
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
  return [occasion, lastRun(of, spec), ...nextRun(of), ...earlierRuns(of)];
}

function lastRun(of: Case, spec: JobSpec): Check {
  const last = of.scene.ledger.jobs[of.slot];
  const wait = of.scene.waits.get(of.slot);
  if (wait !== undefined && wait.code !== 'JobFailed')
    return { gate: 'last run', verdict: 'wait', text: waitText(wait, of.scene.now) };
  if (last === undefined) return { gate: 'last run', verdict: 'info', text: 'never run' };
  const took = duration(Math.max(0, last.finishedAt - last.startedAt));
  const text = `${when(of, last.startedAt)}, exit ${last.exitCode} after ${took}`;
  const { failures = 0, last: newest } = of.row.job ?? {};
  if (newest?.outcome === 'running')
    return { gate: 'last run', verdict: 'wait', text: `goes on since ${when(of, newest.begunAt)}; before: ${text}` };
  if (newest?.outcome === 'interrupted' || newest?.outcome === 'failed')
    return { gate: 'last run', verdict: 'no', text: runText(of, newest) };
  if (last.exitCode === 0) return { gate: 'last run', verdict: 'ok', text };
  const isWaitedFor = spec.when !== 'manual' && spec.when !== 'schedule';
  const details = isWaitedFor
    ? [`it runs again for a new image, or: reconcile retry ${of.slot}`]
    : failures > 1
      ? [`${failures} times in a row`]
      : [];
  return { gate: 'last run', verdict: 'no', text, details };
}

function nextRun(of: Case): Check[] {
  const { missedAt, nextAt } = of.row.job ?? {};
  const missed = missedAt === undefined ? [] : [`missed ${when(of, missedAt)}, and not made up for: catch_up = false`];
  if (nextAt === undefined && missed.length === 0) return [];
  const next = nextAt === undefined ? 'none while it is held' : `${fullTime(nextAt, of.zone)}, where the agent runs`;
  return [{ gate: 'next run', verdict: 'info', text: next, details: missed }];
}

/** Those before the last one, newest first. */
function earlierRuns(of: Case): Check[] {
  const runs = (of.scene.runs[of.slot]?.runs ?? []).slice(1, 1 + mostEarlier);
  if (runs.length === 0) return [];
  return [{ gate: 'before', verdict: 'info', text: runs.map((run) => runText(of, run)).join('; ') }];
}

const mostEarlier = 5;

/** `03:30 by schedule, exit 0 after 4 s` */
function runText(of: Case, { begunAt, endedAt, exitCode, outcome, trigger }: JobRun): string {
  const took = endedAt === undefined ? '' : ` after ${duration(Math.max(0, endedAt - begunAt))}`;
  return `${when(of, begunAt)} by ${trigger}, ${outcome === 'ended' ? `exit ${exitCode}` : outcome}${took}`;
}
