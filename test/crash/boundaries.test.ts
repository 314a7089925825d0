import type { Action, Desired, Facts, Journal } from '@reconcile/core';
import { kinds } from '@reconcile/core/kinds';
import type { ContainerState } from '@reconcile/core/kinds/container';
import { Failpoint, type Memory, runPass } from '@reconcile/engine';
import {
  careDefaults,
  desiredOf,
  EffectWorld,
  emptySim,
  type FleetModel,
  overlaps,
  PlainMemory,
  virtualHost,
} from '@reconcile/testkit/worlds';
import { describe, expect, it } from 'vitest';

// Stops dead at every action boundary (before the effect, after it, after its record), starts again from nothing but the world
// and the records, and expects the same end. Over the kinds' own effects; the real thing is killed in test/e2e.

type Place = 'before' | 'after' | 'recorded';

const one = 'reg.example.net/app:1';
const two = 'reg.example.net/app:2';

function fleet(image: string): FleetModel {
  return {
    services: [
      {
        name: 'db',
        stage: 0,
        components: [{ name: 'main', image: one, volumes: [{ name: 'data', readOnly: false }], env: { V: image } }],
      },
      {
        name: 'web',
        stage: 1,
        components: [
          {
            name: 'main',
            image,
            network: 'n1',
            routes: [{ name: '', hostname: 'web.example.net', listener: 8080 }],
            files: [{ target: '/etc/web.ini', hash: image, onChange: 'restart' }],
            dependsOn: ['db/main'],
          },
        ],
        jobs: [{ name: 'migrate', image, when: 'before-update' }],
      },
      {
        name: 'dns',
        stage: 0,
        components: [
          { name: 'main', image, ports: [5353], routes: [{ name: '', hostname: 'dns.example.net', listener: 8080 }] },
        ],
      },
      ...(image === one
        ? [
            {
              name: 'old',
              stage: 1,
              components: [
                { name: 'main', image: one, routes: [{ name: '', hostname: 'old.example.net', listener: 8081 }] },
              ],
            },
          ]
        : []),
    ],
    allows: ['old'],
  };
}

function desired(image: string, generation: number): Desired {
  const made = desiredOf(fleet(image), generation);
  const health = { ...careDefaults.health, type: 'exec' as const, command: ['true'] };
  const resources = Object.fromEntries(
    Object.entries(made.resources).map(([key, r]) => [
      key,
      r.care === undefined ? r : { ...r, care: { ...(r.care as object), health } as never },
    ]),
  );
  return { ...made, resources };
}

/** Dies at the n-th boundary: from then on nothing of it has any effect, and nothing returns. */
class Mortal {
  count = 0;
  dead = false;
  readonly #at: number;
  #died: () => void = () => undefined;
  readonly death = new Promise<void>((resolve) => {
    this.#died = resolve;
  });

  constructor(at: number) {
    this.#at = at;
  }

  /** Resolves for the living, never for the dead. */
  async reach(_place: Place): Promise<void> {
    if (this.dead) return new Promise(() => undefined);
    this.count++;
    if (this.count !== this.#at) return;
    this.dead = true;
    this.#died();
    return new Promise(() => undefined);
  }
}

interface Node {
  world: EffectWorld;
  memory: PlainMemory;
}

function mortalParts(node: Node, mortal: Mortal): { driver: ReturnType<EffectWorld['driver']>; memory: Memory } {
  const driver = node.world.driver();
  const apply = driver.apply.bind(driver);
  driver.apply = async (cx, action: Action): Promise<Facts | undefined> => {
    await mortal.reach('before');
    const facts = await apply(cx, action);
    await mortal.reach('after');
    return facts;
  };
  const journal = node.memory.journal();
  const mortalJournal: Journal = {
    begin: async (actions) => (mortal.dead ? new Promise(() => undefined) : journal.begin(actions)),
    done: async (action, facts, at) => {
      if (mortal.dead) return new Promise(() => undefined);
      await journal.done(action, facts, at);
      await mortal.reach('recorded');
    },
    failed: async (action, failure, at) =>
      mortal.dead ? new Promise(() => undefined) : journal.failed(action, failure, at),
  };
  const { memory } = node;
  return {
    driver,
    memory: {
      journal: () => mortalJournal,
      load: () => memory.load(),
      note: () => memory.note(),
      planned: (wanted, made) => memory.planned(wanted, made),
      finished: (wanted, made) => memory.finished(wanted, made),
    },
  };
}

async function pass(node: Node, wanted: Desired, mortal: Mortal): Promise<boolean> {
  const { driver, memory } = mortalParts(node, mortal);
  const host = virtualHost(node.world.observed.at + 60_000);
  const running = runPass({
    desired: wanted,
    kinds,
    drivers: new Map(driver.serves.map((kind) => [kind, driver])),
    host,
    context: {
      host,
      signal: new AbortController().signal,
      log: { debug: () => undefined, warn: () => undefined },
      node: 'rift',
      fleet: 'test',
      bootId: 'boot-1',
    },
    memory,
    failpoint: new Failpoint(undefined),
    isCurrent: () => true,
    emit: () => undefined,
    scope: (made) => made,
    approve: async () => true,
    prepare: async () => undefined,
    patient: () => true,
  });
  return Promise.race([running.then(() => true), mortal.death.then(() => false)]);
}

function fresh(wanted: () => Desired, from?: Node): Node {
  const world = new EffectWorld(from?.world.observed ?? emptySim().observed);
  const memory = new PlainMemory(world, wanted);
  if (from !== undefined) memory.history = from.memory.history;
  return { world, memory };
}

function face(node: Node): string {
  return Object.values(node.world.observed.resources)
    .filter((r) => r.kind !== 'port-lease' && r.kind !== 'job')
    .map((r) => {
      const state = r.state as unknown as ContainerState & { parked?: boolean };
      return `${r.key} ${r.kind === 'container' ? `${state.phase} ${r.health} ${state.aliased}` : ''} ${state.parked ?? ''}`;
    })
    .sort()
    .join('\n');
}

describe('stopped dead at every action boundary', () => {
  for (const scenario of ['first start', 'update'] as const) {
    it(`${scenario}: the next pass ends in the same world`, async () => {
      const wanted = scenario === 'update' ? desired(two, 2) : desired(one, 1);
      const origin = fresh(() => desired(one, 1));
      if (scenario === 'update') await pass(origin, desired(one, 1), new Mortal(-1));
      const start = () => fresh(() => wanted, origin);

      const whole = start();
      const counter = new Mortal(-1);
      await pass(whole, wanted, counter);
      expect(counter.count).toBeGreaterThan(30);

      for (let at = 1; at <= counter.count; at++) {
        const node = start();
        const finished = await pass(node, wanted, new Mortal(at));
        expect(finished).toBe(false);
        expect(overlaps(node.world.observed)).toEqual([]);
        const next = fresh(() => wanted, node);
        const startsBefore = next.world.applied.length;
        expect(await pass(next, wanted, new Mortal(-1))).toBe(true);
        expect(startsBefore).toBe(0);
        expect(face(next)).toBe(face(whole));
        const quiet = fresh(() => wanted, next);
        await pass(quiet, wanted, new Mortal(-1));
        expect(quiet.world.applied).toEqual([]);
      }
    });
  }
});
