import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Desired, Plan } from '@reconcile/core';
import { markBootSlot, openRegistry, type Registry } from '@reconcile/registry';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { foldWaits, recordBoot, recordBootEnd } from './recorder.ts';
import { bootReport } from './report.ts';

// A boot of two stages, told by its plans and its journal on a clock of its own.

const bootId = 'b1';
const container = (slot: string, stage: number, more: object = {}) => ({ kind: 'container', slot, stage, ...more });
const desired = {
  stages: ['core', 'rest'].map((name) => ({ name, timeoutMs: 10_000, onTimeout: 'continue' })),
  resources: {
    'container/dns': container('dns', 0),
    'container/web': container('web', 1),
    'container/bad': container('bad', 1),
    'container/off': container('off', 1, { active: false }),
    'network/x': { kind: 'network', slot: 'network/x' },
  },
} as unknown as Desired;

const plan = (of: object = {}): Plan =>
  ({ actions: [], barriers: [], held: [], waiting: [], ...of }) as unknown as Plan;
const barrier = plan({
  barriers: [{ id: 'stage/core', needs: [] }],
  actions: ['web', 'bad'].map((slot) => ({
    id: `container/${slot}#start`,
    key: `container/${slot}`,
    kind: 'container',
    verb: 'start',
    slot,
    needs: ['stage/core'],
  })),
});
const backingOff = plan({
  waiting: [{ code: 'BackingOff', key: 'container/bad', slot: 'bad', on: 'bad', message: 'failed: no such image' }],
});

let dir: string;
let registry: Registry;
let now = 0;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'boot-'));
  registry = openRegistry(join(dir, 'registry.db'), { mode: 'write' });
});
afterEach(async () => {
  await registry.close();
  rmSync(dir, { recursive: true });
});

const planned = (at: number, whole: Plan, of: { wanted?: Desired; boot?: string } = {}) => {
  now = at;
  const parts = { registry, bootId: of.boot ?? bootId, now: () => now };
  return recordBoot(parts, { desired: of.wanted ?? desired, history: undefined, whole });
};
const mark = (slot: string, what: 'started' | 'ready', at: number) =>
  registry.write((rows) => markBootSlot(rows, bootId, { slot, what, at }));

test('who waited for what, and how long', async () => {
  expect(bootReport(registry, bootId, 0)).toBeUndefined();
  await planned(1000, barrier);
  await mark('dns', 'started', 1100);
  await mark('dns', 'ready', 3000);
  for (const slot of ['web', 'bad']) await mark(slot, 'started', 3100);
  await mark('web', 'ready', 4000);
  await planned(5000, backingOff);
  const report = bootReport(registry, bootId, 9000);
  expect(report?.firstSeenAt).toBe(1000);
  expect(report?.stages.map(({ name, readyAt, since }) => [name, since, readyAt])).toEqual([
    ['core', 1000, 3000],
    ['rest', undefined, undefined],
  ]);
  expect(report?.slots.map(({ readyAt, slot, startedAt, waitedFor }) => [slot, startedAt, readyAt, waitedFor])).toEqual(
    [
      ['dns', 1100, 3000, ''],
      ['bad', 3100, undefined, 'failed: no such image 4 s, stage core 2 s'],
      ['web', 3100, 4000, 'stage core 2 s'],
    ],
  );
  expect(report?.convergedAt).toBeUndefined();
  await mark('bad', 'ready', 9500);
  now = 9600;
  await recordBootEnd({ registry, bootId, now: () => now });
  expect(bootReport(registry, bootId, 9700)?.convergedAt).toBe(9600);
  now = 20_000;
  await recordBootEnd({ registry, bootId, now: () => now });
  expect(bootReport(registry, bootId, 30_000)?.convergedAt).toBe(9600);
});

test('a stage over its time is late, and who went on waited until then', async () => {
  await planned(1000, barrier);
  await mark('dns', 'started', 1100);
  await mark('web', 'started', 11_000);
  const report = bootReport(registry, bootId, 12_000);
  expect(report?.stages[0]).toMatchObject({ name: 'core', lateAt: 11_000 });
  expect(report?.slots.find(({ slot }) => slot === 'web')?.waitedFor).toBe('stage core 10 s');
});

test('what comes later is not of this boot; another boot begins anew', async () => {
  await planned(1000, plan());
  const more = {
    ...desired,
    resources: { ...desired.resources, 'container/new': container('new', 1) },
  } as unknown as Desired;
  await planned(2000, plan(), { wanted: more });
  await mark('new', 'ready', 2500);
  const slots = (boot: string) =>
    bootReport(registry, boot, 3000)
      ?.slots.map(({ slot }) => slot)
      .sort();
  expect(slots(bootId)).toEqual(['bad', 'dns', 'web']);
  await planned(5000, plan(), { wanted: more, boot: 'b2' });
  expect(slots('b2')).toEqual(['bad', 'dns', 'new', 'web']);
});

test('waits end, begin again, and are bounded', () => {
  const wait = { kind: 'slot', on: 'db', why: '' } as const;
  const first = foldWaits([], [wait], { at: 1 }) ?? [];
  expect(foldWaits(first, [wait], { at: 2 })).toBeUndefined();
  const over = foldWaits(first, [], { at: 3 }) ?? [];
  expect(over).toEqual([{ ...wait, since: 1, until: 3 }]);
  expect(foldWaits(over, [wait], { at: 4 })).toEqual([
    { ...wait, since: 1, until: 3 },
    { ...wait, since: 4 },
  ]);
  const many = Array.from({ length: 20 }, (_, i) => ({ ...wait, on: `db${i}` }));
  expect(foldWaits([], many, { at: 1 })).toHaveLength(8);
});
