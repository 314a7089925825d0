import type { Desired, Event, Plan } from '@reconcile/core';
import { desiredOf } from '@reconcile/testkit/worlds';
import { expect, test } from 'vitest';
import type { Copy } from './copy.ts';
import { drillReport } from './report.ts';

const image = 'reg.example.net/app:1';
const desired: Desired = desiredOf(
  {
    stages: 2,
    services: [
      { name: 'db', stage: 0, components: [{ name: 'db', image }] },
      { name: 'web', stage: 1, components: [{ name: 'web', image }] },
      { name: 'api', stage: 1, components: [{ name: 'api', image }] },
    ],
  },
  1,
);
const copy: Copy = { desired, moved: {}, unproved: {}, without: { routes: 2 } };
const nothing = { held: [], waiting: [] } as unknown as Plan;

type Told = Extract<Event, { slot: string }>['type'];
function told(type: Told, slot: string, at: number, message = ''): Event {
  return { type, slot, at, message, key: `container/${slot}`, verb: 'await', durationMs: 1 } as unknown as Event;
}
const good = (slot: string, from: number, to: number) => [
  told('action.started', slot, from),
  told('gate.opened', slot, to),
];
const report = (events: readonly Event[], more: { copy?: Copy; left?: Plan | undefined } = {}) =>
  drillReport({ desired, copy, events, startedAt: 1000, left: nothing, overlays: true, ...more });

const all = [...good('db/db', 1100, 1500), ...good('web/web', 1600, 2000), ...good('api/api', 1700, 1900)];

test('all came up: per slot, per stage, and as a whole', () => {
  expect(report(all)).toEqual({
    node: desired.node,
    commit: desired.commit,
    isProved: true,
    tookMs: 1000,
    data: 'overlay',
    without: { routes: 2 },
    stages: [
      {
        name: desired.stages[0]?.name,
        tookMs: 400,
        slots: [{ slot: 'db/db', isProved: true, tookMs: 400, ports: [] }],
      },
      {
        name: desired.stages[1]?.name,
        tookMs: 400,
        slots: [
          { slot: 'api/api', isProved: true, tookMs: 200, ports: [] },
          { slot: 'web/web', isProved: true, tookMs: 400, ports: [] },
        ],
      },
    ],
  });
});

const wait = { code: 'Reference', slot: 'web/web', message: 'needs db/db' };
const hold = { code: 'KnownBad', slots: ['web/web'], message: 'ended with 1' };

test.each<[string, readonly Event[], { copy?: Copy; left?: Plan | undefined }, string]>([
  ['its gate expired', [told('gate.expired', 'web/web', 1800, 'nobody listens')], {}, 'nobody listens'],
  ['it could not be made', [told('action.failed', 'web/web', 1800, 'no such image')], {}, 'no such image'],
  ['it was never begun', [], { left: { ...nothing, waiting: [wait] } as unknown as Plan }, 'needs db/db'],
  ['it is held', [], { left: { ...nothing, held: [hold] } as unknown as Plan }, 'ended with 1'],
  ['the drill was cut off', [], { left: undefined }, 'the drill ended before it was its turn'],
  ['it cannot be there twice', [], { copy: { ...copy, unproved: { 'web/web': 'privileged' } } }, 'privileged'],
  [
    'it was ready and ended after that',
    good('web/web', 1600, 1700),
    { left: { ...nothing, held: [hold] } as unknown as Plan },
    'ended with 1',
  ],
])('not proved: %s', (...[, events, more, why]) => {
  const rest = [...good('db/db', 1100, 1500), ...good('api/api', 1700, 1900)];
  const found = report([...rest, ...events], more);
  expect(found.isProved).toBe(false);
  const slots = found.stages.flatMap((stage) => stage.slots);
  expect(slots.find(({ slot }) => slot === 'web/web')).toMatchObject({ isProved: false, why });
  expect(slots.filter(({ isProved }) => isProved).map(({ slot }) => slot)).toEqual(['db/db', 'api/api']);
});

test('failed first, then came up: proved', () => {
  const events = [told('action.failed', 'web/web', 1550, 'busy'), ...all];
  expect(report(events).isProved).toBe(true);
});

test('what the policy refuses is not proved', () => {
  const refusals = [{ slot: 'api/api', service: 'api', code: 'X', message: 'privileged is not allowed' }];
  const found = drillReport({
    desired: { ...desired, refusals },
    copy: { ...copy, unproved: { 'api/api': 'refused: privileged is not allowed' } },
    events: all,
    startedAt: 1000,
    left: nothing,
    overlays: false,
  });
  expect(found).toMatchObject({ isProved: false, data: 'read-only' });
});
