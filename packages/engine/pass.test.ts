import type { Action, Desired, Event } from '@reconcile/core';
import { kinds } from '@reconcile/core/kinds';
import {
  careDefaults,
  desiredOf,
  type EffectFaults,
  EffectWorld,
  emptySim,
  type FleetModel,
  overlaps,
  PlainMemory,
  virtualHost,
} from '@reconcile/testkit/worlds';
import { describe, expect, it } from 'vitest';
import { Failpoint } from './failpoint.ts';
import type { Look } from './look/observer.ts';
import { type PassReport, runPass } from './pass.ts';

// The engine over the kinds' own effects, on a virtual clock: hours of backoff and gates in milliseconds.

const app = 'reg.example.net/app:1';
const execHealth = { ...careDefaults.health, type: 'exec' as const, command: ['true'] };

function model(image: string, more: Partial<FleetModel['services'][number]['components'][number]> = {}): FleetModel {
  return {
    services: [
      {
        name: 'db',
        stage: 0,
        components: [{ name: 'main', image: app, volumes: [{ name: 'data', readOnly: false }] }],
      },
      {
        name: 'web',
        stage: 1,
        components: [
          {
            name: 'main',
            image,
            routes: [{ name: '', hostname: 'web.example.net', listener: 8080 }],
            dependsOn: ['db/main'],
            ...more,
          },
        ],
      },
    ],
  };
}

/** Probes run through the driver's exec, which the effect world answers. */
function desired(from: FleetModel, generation = 1): Desired {
  const made = desiredOf(from, generation);
  const resources = Object.fromEntries(
    Object.entries(made.resources).map(([key, r]) => [
      key,
      r.care === undefined ? r : { ...r, care: { ...(r.care as object), health: execHealth } as never },
    ]),
  );
  return { ...made, resources };
}

class Bench {
  readonly host = virtualHost();
  world: EffectWorld;
  memory: PlainMemory;
  wanted: Desired;
  readonly events: Event[] = [];
  looks = 0;

  constructor(wanted: Desired, faults: EffectFaults = {}) {
    this.wanted = wanted;
    this.world = new EffectWorld(emptySim().observed, faults);
    this.memory = new PlainMemory(this.world, () => this.wanted);
  }

  /** The same node after its faults changed: world and memory stay. */
  faults(faults: EffectFaults): this {
    this.world = new EffectWorld(this.world.observed, faults);
    const { history } = this.memory;
    this.memory = new PlainMemory(this.world, () => this.wanted);
    this.memory.history = history;
    return this;
  }

  async pass(
    options: {
      signal?: AbortSignal;
      approve?: boolean;
      patient?: boolean;
      current?: () => boolean;
      seen?: Look;
      yields?: AbortSignal;
    } = {},
  ): Promise<PassReport> {
    const driver = this.world.driver();
    const observe = driver.observe.bind(driver);
    driver.observe = (cx) => {
      this.looks++;
      return observe(cx);
    };
    const report = await runPass({
      desired: this.wanted,
      kinds,
      drivers: new Map(driver.serves.map((kind) => [kind, driver])),
      host: this.host,
      context: {
        host: this.host,
        signal: options.signal ?? new AbortController().signal,
        log: { debug: () => undefined, warn: () => undefined },
        node: 'rift',
        fleet: 'test',
        bootId: 'boot-1',
      },
      memory: this.memory,
      failpoint: new Failpoint(undefined),
      isCurrent: options.current ?? (() => true),
      emit: (event) => this.events.push(event),
      scope: (made) => made,
      approve: async () => options.approve ?? true,
      prepare: async () => undefined,
      patient: () => options.patient ?? true,
      seen: options.seen,
      yields: options.yields,
    });
    expect(overlaps(this.world.observed)).toEqual([]);
    return report;
  }

  up(slot: string): string[] {
    return Object.values(this.world.observed.resources)
      .filter((r) => r.kind === 'container' && r.slot === slot && (r.state as { phase?: string }).phase === 'running')
      .map((r) => r.key);
  }
}

describe('a pass', () => {
  it('converges from nothing in stage order and then has nothing to do', async () => {
    const bench = new Bench(desired(model(app)));
    const report = await bench.pass();
    expect(report.last.actions).toEqual([]);
    expect(report.last.waiting).toEqual([]);
    const order = bench.world.applied;
    const gateOfDb = bench.events.findIndex((e) => e.type === 'gate.opened' && e.slot === 'db/main');
    const startOfWeb = bench.events.findIndex(
      (e) => e.type === 'action.started' && e.slot === 'web/main' && e.verb === 'create',
    );
    expect(gateOfDb).toBeGreaterThan(-1);
    expect(startOfWeb).toBeGreaterThan(gateOfDb);
    expect(order.at(-1)).toBe('route/8080/web.example.net#create');
    const again = await bench.pass();
    expect(again.turns).toBe(0);
    expect(bench.memory.intents.size).toBe(0);
  });

  it('goes by what was seen before it, once', async () => {
    const bench = new Bench(desired(model(app)));
    await bench.pass();
    const { observed } = await bench.pass();
    bench.looks = 0;
    const again = await bench.pass({ seen: { observed, notes: {} } });
    expect(again.turns).toBe(0);
    expect(bench.looks).toBe(0);

    // After each turn it looks for itself.
    const empty = new Bench(desired(model(app)));
    const report = await empty.pass({ seen: { observed: empty.world.observed, notes: {} } });
    expect(report.last.actions).toEqual([]);
    expect(empty.looks).toBe(report.turns);
    expect(empty.up('web/main')).toHaveLength(1);
  });

  it('does nothing when the plan is not approved', async () => {
    const bench = new Bench(desired(model(app)));
    const report = await bench.pass({ approve: false });
    expect(report.approved).toBe(false);
    expect(bench.world.applied).toEqual([]);
  });

  it('rolls a replacement back that never gets ready, and starts it only once', async () => {
    const bench = new Bench(desired(model(app)));
    await bench.pass();
    const [good] = bench.up('web/main');
    bench.wanted = desired(model('reg.example.net/app:2'), 2);
    const bad = Object.keys(bench.wanted.resources).find((key) => key.startsWith('container/web-')) ?? '';
    bench.faults({ neverReady: (name) => `container/${name}` === bad });
    const report = await bench.pass();
    expect(bench.up('web/main')).toEqual([good]);
    expect(report.last.held.map((hold) => hold.code)).toEqual(['KnownBad']);
    expect(report.last.actions).toEqual([]);
    expect(bench.world.applied.filter((id) => id === `${bad}#start`)).toHaveLength(1);
    const again = await bench.pass();
    expect(again.turns).toBe(0);
  });

  it('rolls a stop-first replacement back by starting the old one again', async () => {
    const fixed = { ports: [5001] };
    const bench = new Bench(desired(model(app, fixed)));
    await bench.pass();
    const [good] = bench.up('web/main');
    bench.wanted = desired(model('reg.example.net/app:2', fixed), 2);
    const bad = Object.keys(bench.wanted.resources).find((key) => key.startsWith('container/web-')) ?? '';
    bench.faults({ neverReady: (name) => `container/${name}` === bad });
    const report = await bench.pass();
    expect(report.first.changes.find((c) => c.slot === 'web/main')?.strategy?.mode).toBe('stop-first');
    expect(bench.up('web/main')).toEqual([good]);
    expect(bench.world.observed.resources[bad as never]).toBeUndefined();
  });

  it('keeps asking a first version that is not ready, without restarting it, and lets others go on after the stage has had its time', async () => {
    const { services } = model(app);
    const other = { name: 'other', stage: 1, components: [{ name: 'main', image: app }] };
    const bench = new Bench(desired({ services: [...services, other] }), {
      neverReady: (name) => name.startsWith('db-'),
    });
    const stop = new AbortController();
    const startedAt = bench.host.clock.now();
    const pass = bench.pass({ signal: stop.signal });
    let otherAfterMs = 0;
    while (bench.host.clock.now() - startedAt < 1_800_000) {
      if (otherAfterMs === 0 && bench.up('other/main').length === 1) otherAfterMs = bench.host.clock.now() - startedAt;
      await new Promise((resolve) => setImmediate(resolve));
    }
    stop.abort();
    await pass;
    expect(otherAfterMs).toBeGreaterThanOrEqual(120_000);
    expect(otherAfterMs).toBeLessThan(180_000);
    expect(bench.up('web/main')).toEqual([]);
    const tried = (verb: string) =>
      bench.events.filter((e) => e.type === 'action.started' && e.slot === 'db/main' && e.verb === verb).length;
    expect(tried('start')).toBe(1);
    expect(tried('await')).toBeGreaterThan(5);
    expect(tried('await')).toBeLessThan(20);
    expect(bench.memory.history.slots['db/main']?.knownBad ?? []).toEqual([]);
  });

  it('isolates a poisoned service: everything that does not need it converges', async () => {
    const many: FleetModel = {
      services: Array.from({ length: 21 }, (_, i) => ({
        name: `s${i}`,
        stage: 0,
        components: [{ name: 'main', image: app }],
      })),
    };
    const bench = new Bench(desired(many), {
      breaks: (action: Action) => (action.key.startsWith('container/s7-') ? 'before' : undefined),
    });
    const report = await bench.pass({ patient: false });
    const running = Object.values(bench.world.observed.resources).filter(
      (r) => r.kind === 'container' && r.health === 'healthy',
    );
    expect(running).toHaveLength(20);
    expect(report.last.waiting.map((w) => [w.code, w.slot])).toEqual([['BackingOff', 's7/main']]);
    expect([...report.failed.values()].map((f) => f.code)).toEqual(['TEST_BROKEN']);
  });

  it('gives up on an action that hangs at its deadline, and only on that one', async () => {
    const many: FleetModel = {
      services: ['a', 'b'].map((name) => ({
        name,
        stage: 0,
        components: [{ name: 'main', image: app, network: 'n1', env: { N: name } }],
      })),
    };
    const wanted = desired(many);
    const bench = new Bench(wanted, {
      hangs: (action: Action) => action.id.startsWith('container/a-') && action.verb === 'create',
    });
    const clock = bench.host.clock;
    expect(clock.now()).toBeGreaterThan(0);
    const stop = new AbortController();
    const pass = bench.pass({ signal: stop.signal, patient: false });
    while (bench.up('b/main').length === 0) await new Promise((r) => setImmediate(r));
    expect(bench.up('a/main')).toEqual([]);
    stop.abort();
    void pass.catch(() => undefined);
  });

  it('finishes what is under way and starts nothing more once it is cancelled or superseded', async () => {
    for (const how of ['cancelled', 'superseded'] as const) {
      const stop = new AbortController();
      let current = true;
      const bench = new Bench(desired(model(app)), {
        breaks: (action: Action) => {
          if (action.verb === 'create' && action.kind === 'container') {
            if (how === 'cancelled') stop.abort();
            else current = false;
          }
          return undefined;
        },
      });
      await bench.pass({ signal: stop.signal, current: () => current });
      expect(bench.world.applied.some((id) => id.endsWith('#create') && id.startsWith('container/db'))).toBe(true);
      expect(bench.world.applied.some((id) => id.endsWith('#start'))).toBe(false);
      expect(bench.events.some((e) => e.type === 'action.skipped' && e.because === how)).toBe(true);
    }
  });

  it('runs of jobs hold nothing up, are left when the pass gives way, and the next one comes back to them', async () => {
    const [db] = model(app).services;
    const jobs = Array.from({ length: 6 }, (_, n) => ({ name: `j${n}`, when: 'before-start' as const, image: app }));
    const backup = { name: 'backup', stage: 0, components: [], jobs };
    const wanted = desired({ services: [backup, ...(db === undefined ? [] : [db])] });
    const bench = new Bench(wanted, { goesOn: () => true });
    const urgent = new AbortController();
    const leaving = (async () => {
      await expect.poll(() => bench.up('db/main')).toHaveLength(1);
      urgent.abort();
    })();
    const left = await bench.pass({ yields: urgent.signal });
    await leaving;
    expect(left).toMatchObject({ yielded: true, failed: new Map() });
    expect(bench.world.applied.filter((id) => id.endsWith('#run'))).toEqual([]);
    const report = await bench.faults({}).pass();
    expect(report.last.actions).toEqual([]);
    expect(bench.world.applied.filter((id) => id.endsWith('#run'))).toHaveLength(6);
  });

  it('a job that ends badly is done, and what needs it does not go on: the old version stays', async () => {
    const withJob = (image: string): FleetModel => ({
      services: [
        {
          name: 'web',
          stage: 0,
          components: [{ name: 'main', image }],
          jobs: [{ name: 'migrate', when: 'before-update', image }],
        },
      ],
    });
    const bench = new Bench(desired(withJob(app)));
    await bench.pass();
    const [good] = bench.up('web/main');
    bench.faults({ jobEndsWith: () => 5 });
    bench.wanted = desired(withJob('reg.example.net/app:2'), 2);
    const report = await bench.pass();
    expect(report.done.map(({ verb }) => verb)).toContain('run');
    expect(report.last.waiting.map(({ code }) => code)).toContain('JobFailed');
    expect(bench.up('web/main')).toEqual([good]);
    const said = bench.events.find((event) => event.type === 'action.failed');
    expect(said).toMatchObject({ slot: 'web/migrate', code: 'JobFailed', message: 'ended with 5' });
  });
});
