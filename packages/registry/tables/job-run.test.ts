import { join } from 'node:path';
import { expect, test } from 'vitest';
import { forgive } from '../forgive.ts';
import { openRegistry } from '../open.ts';
import { temporaryDir } from '../temporary.fixture.ts';
import { somebody } from '../world.fixture.ts';
import {
  addRequest,
  beginRun,
  cutRuns,
  endRun,
  interruptRuns,
  listRuns,
  listSchedules,
  openRequests,
  putSchedule,
  stopRun,
} from './index.ts';

const slot = 'notes/dump';
const open = () => openRegistry(join(temporaryDir(), 'registry.db'), { mode: 'write' });
const by = (run: string, bootId = 'b1') => ({ run, trigger: 'asked' as const, bootId });
const ended = (startedAt: number, exitCode = 0) => ({ mark: 'm', startedAt, finishedAt: startedAt + 5, exitCode });

test('a run that a pass left is taken up again, and says why it was begun', async () => {
  const registry = open();
  await registry.write((rows) => {
    const args = { why: 'schedule 30 3 * * *', trigger: 'schedule' };
    addRequest(rows, { id: 'r1', verb: 'run', target: slot, at: 1, by: somebody, args });
    beginRun(rows, slot, { ...by('r1'), at: 10 });
    beginRun(rows, slot, { ...by('r1'), at: 20 });
    expect(listRuns(rows)[slot]).toEqual([{ trigger: 'schedule', outcome: 'running', begunAt: 10 }]);
    endRun(rows, slot, ended(12, 3));
    stopRun(rows, slot, { outcome: 'failed', at: 30 });
  });
  expect(registry.read(listRuns)[slot]).toEqual([
    { trigger: 'schedule', outcome: 'ended', begunAt: 12, endedAt: 17, exitCode: 3 },
  ]);
  await registry.close();
});

test('one that failed and is tried again is one run; another one is another', async () => {
  const registry = open();
  await registry.write((rows) => {
    beginRun(rows, slot, { ...by('r1'), at: 1 });
    stopRun(rows, slot, { outcome: 'failed', at: 2 });
    beginRun(rows, slot, { ...by('r1'), at: 3 });
    beginRun(rows, slot, { ...by('r2'), at: 4 });
  });
  expect(registry.read(listRuns)[slot]?.map(({ outcome }) => outcome)).toEqual(['running', 'interrupted']);
  await registry.close();
});

test('what went on when the machine went down is told as interrupted, and nothing asks for it again', async () => {
  const registry = open();
  await registry.write((rows) => {
    addRequest(rows, { id: 'r1', verb: 'run', target: slot, at: 1, by: somebody });
    beginRun(rows, slot, { ...by('r1'), at: 10 });
    expect(cutRuns(rows, 'b1')).toEqual([]);
    interruptRuns(rows, cutRuns(rows, 'b2'), 99);
  });
  expect(registry.read(listRuns)[slot]).toEqual([
    { trigger: 'asked', outcome: 'interrupted', begunAt: 10, endedAt: 99 },
  ]);
  expect(registry.read(openRequests)).toEqual([]);
  await registry.close();
});

test('the last twenty runs of each job are kept', async () => {
  const registry = open();
  await registry.write((rows) => {
    beginRun(rows, 'other/job', { ...by('x'), at: 0 });
    for (let n = 1; n <= 25; n++) {
      beginRun(rows, slot, { ...by(`r${n}`), at: n });
      endRun(rows, slot, ended(n));
    }
  });
  const runs = registry.read(listRuns);
  expect(runs[slot]?.map(({ begunAt }) => begunAt)).toEqual(Array.from({ length: 20 }, (_, i) => 25 - i));
  expect(runs['other/job']).toHaveLength(1);
  await registry.close();
});

test('how far a schedule was gone by', async () => {
  const registry = open();
  const rows = [
    { line: 'UTC @daily', goneByAt: 5 },
    { line: 'UTC @daily', goneByAt: 6, missedAt: 4, skippedAt: 3 },
  ];
  for (const row of rows) {
    await registry.write((all) => putSchedule(all, slot, row));
    expect(registry.read(listSchedules)).toEqual({ [slot]: row });
  }
  await registry.close();
});

test('a retry forgets bad runs of its target, and keeps good ones', async () => {
  const registry = open();
  await registry.write((rows) => {
    for (const [n, exitCode] of [0, 3].entries()) {
      beginRun(rows, slot, { ...by(`r${n}`), at: n });
      endRun(rows, slot, ended(n, exitCode));
    }
    expect(forgive(rows, 'notes')).toBe(true);
  });
  expect(registry.read(listRuns)[slot]?.map(({ exitCode }) => exitCode)).toEqual([0]);
  await registry.close();
});
