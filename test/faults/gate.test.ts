import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { campaign } from './campaign.ts';
import { FakeGround } from './fake-ground.ts';
import { type LedgerRow, nextSeed, readLedger, summaryOf } from './ledger.ts';
import { perform } from './perform.ts';
import { boundaries, pointsOf } from './points.ts';
import { runOf } from './schedule.ts';
import { origin } from './world.ts';

// The quick gate of `./dev faults`: every boundary that can be reached in memory, once, beginning with another seed each time the
// table grows. RECONCILE_FAULTS=7500 for the long form.

const points = pointsOf('fake');
const runs = Number(process.env.RECONCILE_FAULTS ?? points.length);

describe('stopped dead at each boundary, podman in memory', () => {
  it(`${runs} runs, seeds 0 to ${runs - 1}: nothing lost, twice, left over or restarted without need`, {
    timeout: 60_000 + runs * 2000,
  }, async () => {
    const rows: LedgerRow[] = [];
    await campaign({ on: 'fake', points: '', seed: 0, runs, seconds: 3600, ended: (row) => void rows.push(row) });
    expect(rows.filter(({ violations }) => violations.length > 0)).toEqual([]);
    const met = new Set(rows.filter(({ faults }) => faults > 0).map(({ point }) => point));
    expect(points.map(({ name }) => name).filter((name) => !met.has(name))).toEqual([]);
  });
});

describe('a kill in memory', () => {
  const grounds: FakeGround[] = [];
  afterAll(() => Promise.all(grounds.map((ground) => ground.close())));

  async function killedAt(rule: string): Promise<FakeGround> {
    const ground = await FakeGround.make();
    grounds.push(ground);
    await ground.want(origin);
    expect(await ground.pass(rule)).toMatchObject({ isCut: true });
    return ground;
  }

  it('before an effect: nothing of it is there', async () => {
    const { podman } = await killedAt('before:kill:network.create');
    expect([...podman.state.networks.keys()]).toEqual([]);
  });

  it('after an effect: it is there, and nothing that came after', async () => {
    const { podman } = await killedAt('after:kill:network.create');
    expect([...podman.state.networks.keys()]).toEqual(['front']);
    const calls = podman.calls.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(podman.calls.length).toBe(calls);
  });

  it('a rule that nothing meets kills nobody', async () => {
    const ground = await FakeGround.make();
    grounds.push(ground);
    await ground.want(origin);
    expect(await ground.pass('before:kill:record.update')).toMatchObject({ isCut: false, failures: [] });
  });
});

it('a run is told by its seed alone', async () => {
  const run = runOf(53, points, 'fake');
  expect(runOf(53, pointsOf('fake'), 'fake')).toEqual(run);
  const ends = [];
  for (let time = 0; time < 2; time++) {
    const ground = await FakeGround.make();
    ends.push(await perform(run, ground));
    await ground.close();
  }
  expect(ends[1]).toEqual(ends[0]);
});

it('points take turns, and a pattern chooses among them', () => {
  const names = new Set(points.map((_, seed) => runOf(seed, points, 'fake').point.name));
  expect(names.size).toBe(points.length);
  expect(pointsOf('podman', 'after container.s*').map(({ name }) => name)).toEqual([
    'after container.start',
    'after container.signal',
    'after container.stop',
  ]);
  expect(pointsOf('podman').length - points.length).toBe(boundaries['pass.source']?.places.length);
});

it('a ledger goes on after its last run, counts a run once, and leaves out a line that was cut', () => {
  const row = {
    on: 'fake',
    points: '',
    seed: 4,
    point: 'before job.run',
    rules: [],
    changes: [],
    faults: 2,
    passes: 1,
  };
  const line = JSON.stringify({ ...row, tookMs: 1, violations: [] });
  const rows = readLedger(`${line}\n${line}\n${line.slice(0, 40)}`);
  expect(rows.length).toBe(1);
  expect(nextSeed(rows, { on: 'fake', points: '' })).toBe(5);
  expect(nextSeed(rows, { on: 'podman', points: '' })).toBe(0);
  expect(summaryOf(rows)).toMatch(/^before job\.run +1 +0 +0$/m);
  expect(summaryOf(rows)).toMatch(/^crashes in all +2 +0 +0$/m);
});

it('the table of specs/0052 names the same points', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'specs', '0052-failpoints.md'), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) => [...row.matchAll(/`([a-z-]+\.[a-z]+)`/g)].map(([, name]) => name));
  expect(named.sort()).toEqual(Object.keys(boundaries).sort());
});
