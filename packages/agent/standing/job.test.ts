import type { JobRun } from '@reconcile/core';
import { describe, expect, test } from 'vitest';
import { compiled } from '../../spec/snapshot.fixture.ts';
import { jobStanding } from './job.ts';
import type { Scene } from './scene.ts';

const slot = 'notes/dump';
const now = Date.parse('2026-06-02T10:00:00Z');
const at = (hour: number) => Date.parse('2026-06-02T00:00:00Z') + hour * 3_600_000;
const text = `name = "notes"\nimage = "example.net/notes:1"\n[[jobs]]\nname = "dump"\nschedule = "30 3 * * *"\n`;

const run = (outcome: JobRun['outcome'], hour: number, exitCode?: number): JobRun => ({
  trigger: 'schedule',
  outcome,
  begunAt: at(hour),
  ...(outcome === 'running' ? {} : { endedAt: at(hour) + 4000 }),
  ...(exitCode === undefined ? {} : { exitCode }),
});

async function standing(runs: readonly JobRun[], more: { frozen?: boolean; missedAt?: number } = {}) {
  const { desired } = await compiled({ notes: text });
  const ended = runs.find(({ outcome }) => outcome === 'ended');
  const mark = { startedAt: ended?.begunAt, finishedAt: ended?.endedAt, exitCode: ended?.exitCode, mark: '' };
  const schedule = { line: '', goneByAt: 0, ...(more.missedAt === undefined ? {} : { missedAt: more.missedAt }) };
  const resource = Object.values(desired.resources).find(({ kind }) => kind === 'job');
  const scene = {
    desired,
    now,
    ledger: { jobs: ended === undefined ? {} : { [slot]: mark } },
    history: { overrides: more.frozen === true ? [{ target: 'notes' }] : [] },
    runs: { [slot]: { runs, schedule } },
    wanted: new Map([[slot, resource]]),
    standing: new Map(),
    waits: new Map(),
    changes: new Map(),
  } as unknown as Scene;
  return jobStanding(scene, slot, 'utc');
}

describe('a job with a schedule', () => {
  test.each<[string, readonly JobRun[], object]>([
    ['that never ran', [], { grade: 'well', state: 'idle', note: 'never run, next in 18 h' }],
    ['that ran', [run('ended', 3.5, 0)], { grade: 'well', state: 'idle', note: 'last 03:30, 4 s, next in 18 h' }],
    ['that runs', [run('running', 9)], { grade: 'well', state: 'running', note: 'since 09:00' }],
    ['that failed', [run('ended', 3.5, 3)], { grade: 'failing', note: 'exit 3 at 03:30, 4 s, next in 18 h' }],
    [
      'that keeps failing',
      [run('interrupted', 4), run('failed', 3), run('ended', 2, 3), run('ended', 1, 0)],
      { grade: 'failing', health: 'unhealthy', note: 'interrupted at 04:00, failed 3 times in a row, next in 18 h' },
    ],
  ])('%s', async (_name, runs, told) => {
    expect(await standing(runs)).toMatchObject(told);
  });

  test('that is held has no next run, and one that was missed is told', async () => {
    expect(await standing([], { frozen: true })).toMatchObject({ job: { failures: 0 }, note: 'never run' });
    const { job, note } = await standing([run('ended', 1, 0)], { missedAt: at(3.5) });
    expect(note).toBe('last 01:00, 4 s, missed 03:30, next in 18 h');
    expect(job).toMatchObject({ missedAt: at(3.5), nextAt: Date.parse('2026-06-03T03:30:00Z') });
  });
});
