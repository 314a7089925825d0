import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Desired } from '@reconcile/core';
import { beginRun, listRuns, openRegistry, openRequests, type Registry } from '@reconcile/registry';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compiled } from '../../spec/snapshot.fixture.ts';
import { closeCutRuns } from '../request/cut.ts';
import { askDue } from './due.ts';

const text = (overlap: string) =>
  `name = "notes"\nimage = "example.net/notes:1"\n[[jobs]]\nname = "dump"\nschedule = "30 3 * * *"\noverlap = "${overlap}"\n[[jobs]]\nname = "tidy"\nwhen = "manual"\n`;

let dir: string;
let registry: Registry;
let now: number;
let ids = 0;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'schedule-'));
  registry = openRegistry(join(dir, 'registry.db'), { mode: 'write' });
  now = Date.parse('2026-06-01T00:00:00Z');
});
afterEach(async () => {
  await registry.close();
  rmSync(dir, { recursive: true });
});

const ask = (desired: Desired) =>
  askDue({
    registry,
    desired,
    host: {
      clock: { now: () => now, sleep: async () => undefined },
      ids: { random: () => `${++ids}`.padEnd(32, 'x') },
    },
  });
const due = '2026-06-01T03:30:00Z';

test('a due job is a request like any other, asked for once; quiet times write nothing', async () => {
  const { desired } = await compiled({ notes: text('skip') });
  expect(await ask(desired)).toEqual({ asked: [], nextAt: Date.parse(due) });
  now = Date.parse(due);
  expect(await ask(desired)).toEqual({ asked: ['notes/dump'], nextAt: Date.parse('2026-06-02T03:30:00Z') });
  expect((await ask(desired)).asked).toEqual([]);
  expect(registry.read(openRequests)).toMatchObject([
    {
      verb: 'run',
      target: 'notes/dump',
      at: now,
      by: 'node:rift',
      args: { why: 'schedule 30 3 * * *', trigger: 'schedule' },
    },
  ]);
});

test('the end of the machine in the middle of a run: told as interrupted, and not run again', async () => {
  const { desired } = await compiled({ notes: text('skip') });
  await ask(desired);
  now = Date.parse(due);
  await ask(desired);
  const [request] = registry.read(openRequests);
  await registry.write((rows) =>
    beginRun(rows, 'notes/dump', { run: request?.id ?? '', trigger: 'asked', bootId: 'b1', at: now }),
  );
  await closeCutRuns(registry, { bootId: 'b1', at: now });
  expect(registry.read(openRequests)).toHaveLength(1);
  await closeCutRuns(registry, { bootId: 'b2', at: now + 1 });
  expect(registry.read(openRequests)).toEqual([]);
  expect(registry.read(listRuns)['notes/dump']).toMatchObject([{ trigger: 'schedule', outcome: 'interrupted' }]);
});

test('a run that is replaced is closed, and the next one asked for', async () => {
  const { desired } = await compiled({ notes: text('replace') });
  await ask(desired);
  now = Date.parse(due);
  await ask(desired);
  const [first] = registry.read(openRequests);
  await registry.write((rows) =>
    beginRun(rows, 'notes/dump', { run: first?.id ?? '', trigger: 'asked', bootId: 'b1', at: now }),
  );
  now += 86_400_000;
  expect((await ask(desired)).asked).toEqual(['notes/dump']);
  const open = registry.read(openRequests);
  expect(open).toHaveLength(1);
  expect(open[0]?.id).not.toBe(first?.id);
  expect(registry.read(listRuns)['notes/dump']).toMatchObject([{ outcome: 'replaced' }]);
});
