import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { noRealPodman } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { powerCut } from './boot.fixture.ts';
import { type Drilled, DrillHome, dbService, webService } from './drill.fixture.ts';
import { PlatformHome, processes } from './recover.fixture.ts';

// `recover --drill`: the node once more, beside the node, which must not notice.

const reason = noRealPodman();

describe.skipIf(reason !== undefined)(`the drill ${reason ?? ''}`, () => {
  let world: DrillHome;

  beforeAll(async () => {
    world = await DrillHome.make();
  });
  afterAll(() => world?.home.close());

  it('proves three services in two stages, says how long, and leaves nothing of itself and everything of the node', async () => {
    const before = await world.stamp();
    const report = await world.drill();
    expect(report, JSON.stringify(report, undefined, 1)).toMatchObject({ exit: 0, isProved: true });
    expect(report.data).toBe(world.kind.overlays ? 'overlay' : 'read-only');
    expect(report.stages.map(({ name, slots }) => [name, slots.map(({ slot }) => slot)])).toEqual([
      ['core', ['db/db']],
      ['services', ['other/other', 'web/web']],
    ]);
    for (const { slots, tookMs } of report.stages) {
      expect(tookMs).toBeGreaterThan(0);
      expect(tookMs).toBeLessThanOrEqual(report.tookMs);
      for (const slot of slots) expect(slot.tookMs).toBeGreaterThan(0);
    }
    const ports = report.stages.flatMap(({ slots }) => slots.flatMap((slot) => slot.ports));
    expect(ports.map(({ from }) => from)).toEqual([`127.0.0.1:${world.ports.db}`, `*:${world.ports.other}`]);
    for (const { from, to } of ports) {
      expect(to).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(to.split(':')[1]).not.toBe(from.split(':')[1]);
    }
    expect(report.without).toEqual({ listeners: 1, routes: 1 });
    expect(await world.stamp()).toBe(before);
    expect(await world.leftovers()).toEqual([]);
    process.stdout.write(`drill: ${report.tookMs} ms for three services in two stages\n`);
  });

  it('says it in words', async () => {
    const { code, stderr, stdout } = await world.home.run('recover', '--drill');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/stage core .*\n.*db\/db/);
    expect(stdout).toMatch(new RegExp(`tcp 127\\.0\\.0\\.1:${world.ports.db} was 127\\.0\\.0\\.1:\\d+`));
    expect(stdout).toMatch(/left out: 1 listeners?, 1 routes?/);
    expect(stdout).toMatch(/Proved\. 3 slots came up; a recovery would take about \d/);
    expect(stderr).toMatch(/a podman of its own in \S+\/state\/drill\/[0-9a-f]{12}/);
  });

  /** A drill that is begun, and told of once its podman is there. */
  async function begun(): Promise<ReturnType<typeof spawn>> {
    const command = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'reconcile.js');
    const child = spawn(process.execPath, [command, 'recover', '--drill'], {
      cwd: world.home.fleet,
      env: { ...process.env, RECONCILE_CONFIG: world.home.config, NO_COLOR: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await expect
      .poll(() => world.leftovers(), { timeout: 60_000, interval: 100 })
      .toContainEqual(expect.stringMatching(/process \d+: .*conmon --api-version/));
    return child;
  }

  it('Ctrl-C: ends, and everything it made is gone', async () => {
    const before = await world.stamp();
    const child = await begun();
    // By the ordinary way to podman, its service.
    expect(await world.leftovers()).toContainEqual(expect.stringMatching(/process \d+: podman system service/));
    expect((await world.leftovers()).join()).not.toContain('canary');
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    expect(await ended).not.toEqual([0, null]);
    expect(await world.leftovers()).toEqual([]);
    expect(await world.stamp()).toBe(before);
  });

  it('kill -9: what it left is removed by the next one; two at a time are refused', async () => {
    const before = await world.stamp();
    const child = await begun();
    const second = await world.home.run('recover', '--drill');
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/DRILL_BUSY/);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    expect(await world.leftovers()).not.toEqual([]);
    expect((await world.home.run('doctor')).stdout).toMatch(/DRILL_LEFT/);
    const next = await world.home.run('recover', '--drill');
    expect(next.code, next.stderr).toBe(0);
    expect(next.stderr).toMatch(/drill [0-9a-f]{12} was killed: what it left is removed/);
    expect(await world.leftovers()).toEqual([]);
    expect(await world.stamp()).toBe(before);
  });

  it('an image that is nowhere and a program that does not come up are named as not proved; the others are', async () => {
    await world.home.commit('what cannot come up', {
      'services/db.toml': dbService(world.ports, world.kind, 'localhost/reconcile-test/gone:1'),
      'services/web.toml': webService('MODE = "silent"').replace('depends_on = ["db"]\n', ''),
    });
    await world.home.run('apply', '-y');
    const before = await world.stamp();
    const report = await world.drill();
    expect(report).toMatchObject({ exit: 3, isProved: false });
    const slots = new Map(report.stages.flatMap((stage) => stage.slots.map((slot) => [slot.slot, slot])));
    expect(slots.get('db/db')).toMatchObject({ isProved: false, why: expect.stringMatching(/gone:1/) });
    expect(slots.get('web/web')).toMatchObject({ isProved: false, why: expect.stringMatching(/listen|answer|ready/) });
    expect(slots.get('other/other')).toMatchObject({ isProved: true });
    process.stdout.write(`drill: ${[...slots.values()].map(({ slot, why }) => `${slot}: ${why}`).join('; ')}\n`);
    expect(await world.stamp()).toBe(before);
    expect(await world.leftovers()).toEqual([]);
  });
});

describe.skipIf(reason !== undefined)(`the drill of the platform ${reason ?? ''}`, () => {
  let world: PlatformHome;

  beforeAll(async () => {
    world = await PlatformHome.make();
  });
  afterAll(() => world?.home.close());

  it('ten of twelve are proved, the two with the network of the node named; the real recovery is timed beside it', async () => {
    const before = processes(await world.inspect());
    const { code, stderr, stdout } = await world.home.run('recover', '--drill', '--json');
    expect(code, stderr).toBe(3);
    const report = JSON.parse(stdout) as Drilled;
    const slots = report.stages.flatMap((stage) => stage.slots);
    expect(slots).toHaveLength(12);
    const unproved = slots.filter(({ isProved }) => !isProved);
    expect(unproved.map(({ slot }) => slot).sort(), JSON.stringify(unproved)).toEqual([
      'mc-proxy/mc-proxy',
      'mcp-master/mcp-master',
    ]);
    for (const { why } of unproved) expect(why).toMatch(/the node's own network/);
    expect(report.stages.map(({ slots: own }) => own.length)).toEqual([1, 5, 1, 5]);
    expect(processes(await world.inspect())).toEqual(before);
    await powerCut();
    await world.loseDatabase();
    await world.forgetBoot();
    const startedAt = performance.now();
    expect((await world.home.run('recover', '-y')).code).toBe(0);
    const ms = Math.round(performance.now() - startedAt);
    process.stdout.write(`drill: said ${report.tookMs} ms for the platform, the recovery took ${ms} ms\n`);
  });
});
