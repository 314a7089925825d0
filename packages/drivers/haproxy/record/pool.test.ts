import type { ResourceKey } from '@reconcile/core';
import { routeDefaults } from '@reconcile/core/kinds/route';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyManifest, type Manifest, type RouteRecord } from './manifest.ts';
import { allocate } from './pool.ts';

type Wish = {
  readonly name: number;
  readonly targets: readonly number[];
  readonly mode: 'l4' | 'l7';
  readonly holdMs: number;
};

/** The next record as the actions of a turn would leave it: places are those of before. */
function wish(before: Manifest, wishes: readonly Wish[]): Manifest {
  const routes: Record<ResourceKey, RouteRecord> = {};
  for (const { name, targets, mode, holdMs } of wishes) {
    const key: ResourceKey = `route/80/w${name}`;
    const { backend, servers } = before.routes[key] ?? { backend: '', servers: [] };
    routes[key] = {
      services: [],
      spec: { ...routeDefaults, hostname: `w${name}`, mode, holdMs },
      specHash: '',
      schema: 1,
      targets: targets.map((port) => `127.0.0.1:${port}`),
      parked: [],
      parkedAt: 0,
      backend,
      servers,
    };
  }
  return { ...before, routes };
}

const wishes = fc.uniqueArray(
  fc.record({
    name: fc.nat(30),
    targets: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 9 }),
    mode: fc.constantFrom('l4' as const, 'l7' as const),
    holdMs: fc.constantFrom(120_000, 5_000),
  }),
  { selector: (entry) => entry.name, maxLength: 25 },
);

test('every route has a backend of its own that fits, every target a server, through any life', () => {
  fc.assert(
    fc.property(fc.array(wishes, { maxLength: 6 }), (turns) => {
      let before = emptyManifest;
      for (const turn of turns) {
        const next = allocate(wish(before, turn), before);
        const used = Object.values(next.routes).map((route) => route.backend);
        expect(new Set(used).size).toBe(used.length);
        expect([...used, ...next.spares].sort()).toEqual(Object.keys(next.backends).sort());
        for (const [key, route] of Object.entries(next.routes) as [ResourceKey, RouteRecord][]) {
          const shape = next.backends[route.backend];
          expect(shape?.mode).toBe(route.spec.mode === 'l7' ? 'http' : 'tcp');
          expect(shape?.retries).toBe(route.spec.holdMs / 1000);
          expect(route.servers.length).toBe(shape?.slots);
          expect(route.servers.filter((server) => server !== '').sort()).toEqual([...route.targets].sort());
          const old = before.routes[key];
          // Nobody moves in where somebody has just left.
          if (old?.backend !== route.backend) {
            expect(Object.values(before.routes).some((other) => other.backend === route.backend)).toBe(false);
          } else {
            for (const [at, server] of old.servers.entries()) {
              if (server !== '' && route.targets.includes(server)) expect(route.servers[at]).toBe(server);
            }
          }
        }
        expect(allocate(next, next)).toEqual(next);
        before = next;
      }
    }),
    { numRuns: 300 },
  );
});

const plain = (count: number): Wish[] =>
  Array.from({ length: count }, (_, name) => ({ name, targets: [1], mode: 'l7' as const, holdMs: 120_000 }));

test('spare backends take the first routes of either kind without a change of the set', () => {
  const start = allocate(emptyManifest, emptyManifest);
  const both = allocate(wish(start, [...plain(10), { name: 99, targets: [1], mode: 'l4', holdMs: 120_000 }]), start);
  expect(both.backends).toEqual(start.backends);
});

test('the set shrinks again, but only when it changes anyway', () => {
  const many = allocate(wish(emptyManifest, plain(200)), emptyManifest);
  const few = allocate(wish(many, plain(1)), many);
  expect(few.backends).toEqual(many.backends);
  const odd = allocate(wish(few, [...plain(1), { name: 99, targets: [1], mode: 'l7', holdMs: 7_000 }]), few);
  expect(Object.keys(odd.backends).length).toBeLessThan(60);
});

test('one replica less is no reason for another backend', () => {
  const five = allocate(
    wish(emptyManifest, [{ name: 1, targets: [1, 2, 3, 4, 5], mode: 'l7', holdMs: 120_000 }]),
    emptyManifest,
  );
  const four = allocate(wish(five, [{ name: 1, targets: [1, 2, 4, 5], mode: 'l7', holdMs: 120_000 }]), five);
  expect(four.routes['route/80/w1']?.servers).toEqual([
    '127.0.0.1:1',
    '127.0.0.1:2',
    '',
    '127.0.0.1:4',
    '127.0.0.1:5',
    '',
    '',
    '',
  ]);
});
