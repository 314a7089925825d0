import type { DrilledSlot, DrillReport } from '@reconcile/agent/drill';
import { expect, test } from 'vitest';
import { reportLines } from './drill.ts';

const slot = (name: string, more: Partial<DrilledSlot> = {}): DrilledSlot => ({
  slot: name,
  isProved: true,
  tookMs: 1200,
  ports: [],
  ...more,
});
const report = (more: Partial<DrillReport> = {}): DrillReport => ({
  node: 'rift',
  commit: 'c0ffee',
  isProved: true,
  tookMs: 4200,
  data: 'overlay',
  without: {},
  stages: [
    {
      name: 'core',
      tookMs: 1200,
      slots: [slot('db/db', { ports: [{ protocol: 'tcp', from: '*:5432', to: '127.0.0.1:20000' }] })],
    },
  ],
  ...more,
});
const said = (of: DrillReport, isCutOff = false) =>
  reportLines(of, { ascii: true, isCutOff })
    .map((parts) => parts.map(({ text }) => text).join(''))
    .join('\n');

test('proved: how long, and what was different', () => {
  expect(said(report())).toBe(`stage core   1.2 s
  ok db/db   1.2 s
      tcp *:5432 was 127.0.0.1:20000
  - data: below a layer that took what was written, and is gone
  - proxy, names, certificates: none are declared
  - everything the drill made is removed
Proved. 1 slot came up; a recovery would take about 4.2 s.`);
});

test('not proved: which and why, and no promise of a time', () => {
  const bad = slot('web/web', { isProved: false, why: 'nobody listens' });
  const { tookMs: _took, ...never } = bad;
  const text = said(
    report({
      isProved: false,
      data: 'read-only',
      without: { listeners: 1, routes: 2 },
      stages: [{ name: 'core', tookMs: 0, slots: [never, slot('db/db')] }],
    }),
  );
  expect(text).toContain('  !! web/web\n      not proved: nobody listens\n');
  expect(text).toContain('data: read-only');
  expect(text).toContain('left out: 1 listeners, 2 routes');
  expect(text).toMatch(
    /Not proved\. 1 of 2 slots did not; the others took 4\.2 s, so a recovery would take longer than that\.$/,
  );
});

test('cut off', () => {
  expect(said(report(), true)).toMatch(/Cut off\. What had its turn is said above\.$/);
});

test('what a definition says cannot paint the terminal', () => {
  const text = said(
    report({
      isProved: false,
      stages: [{ name: 'core', tookMs: 0, slots: [slot('web/web', { isProved: false, why: 'a\u001b[2Jb' })] }],
    }),
  );
  expect(text).not.toContain('\u001b');
});
