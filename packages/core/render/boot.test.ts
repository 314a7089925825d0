import { expect, test } from 'vitest';
import type { BootReport } from '../model/boot.ts';
import { renderBoot } from './boot.ts';
import { plainText, textWidth } from './text.ts';

const from = Date.UTC(2026, 10, 21, 3, 12, 4);
const s = (n: number) => from + n * 1000;
const stage = (name: string) => ({ name, timeoutMs: 10_000, onTimeout: 'continue' as const });

const report: BootReport = {
  bootId: '4be2c7aa-0000',
  firstSeenAt: from,
  stages: [
    { ...stage('foundation'), since: s(0), readyAt: s(12), lateAt: s(10) },
    { ...stage('core'), since: s(0), readyAt: s(14) },
    stage('services'),
  ],
  slots: [
    { slot: 'mcns', stage: 'foundation', startedAt: s(1), readyAt: s(12), waitedFor: '', waits: [] },
    {
      slot: 'mc-proxy',
      stage: 'core',
      startedAt: s(10),
      readyAt: s(14),
      waitedFor: 'stage foundation 10 s',
      waits: [{ kind: 'stage', on: 'foundation', why: '', since: s(0), until: s(10) }],
    },
    {
      slot: 'notes/web',
      stage: 'services',
      startedAt: s(14),
      waitedFor: 'failed 3 times: its gate expired: http /healthz answered 503 6 s',
      waits: [{ kind: 'wait', on: 'BackingOff', why: 'failed 3 times', since: s(14) }],
    },
  ],
};

const text = (width: number, ascii = false, of = report) =>
  plainText(renderBoot(of, { node: 'rift', now: s(20), width, ascii, zone: 'utc' }));

test('80 columns', () => {
  expect(text(80)).toMatchInlineSnapshot(`
    "rift  2 of 3 ready, not everything is well yet    boot 4be2c7aa, first seen 2026-11-21 03:12:04

    STAGE       SLOT       0 s               20 s      READY  WAITED FOR
    foundation  mcns        ████████████                12 s  -
    core        mc-proxy   ░░░░░░░░░░░████              14 s  stage foundation 10 s
    services    notes/web                 ███████  not ready  failed 3 times: its g…

      foundation  ready after 12 s; late after 10 s: over its 10 s, later stages
                  went on (on_timeout = "continue")
      core        ready after 14 s
      services    not ready yet
      notes/web   waits: failed 3 times: its gate expired: http /healthz answered
                  503 6 s"
  `);
});

test('160 columns, in ASCII', () => {
  expect(text(160, true)).toMatchInlineSnapshot(`
    "rift  2 of 3 ready, not everything is well yet    boot 4be2c7aa, first seen 2026-11-21 03:12:04

    STAGE       SLOT       0 s                                                     20 s      READY  WAITED FOR
    foundation  mcns          #################################                               12 s  -
    core        mc-proxy   ..............................############                         14 s  stage foundation 10 s
    services    notes/web                                            ##################  not ready  failed 3 times: its gate expired: http /healthz answered 503 6 s

      foundation  ready after 12 s; late after 10 s: over its 10 s, later stages went on (on_timeout = "continue")
      core        ready after 14 s
      services    not ready yet
      notes/web   waits: failed 3 times: its gate expired: http /healthz answered 503 6 s"
  `);
});

test.each([80, 100, 160])('bars and columns stay within %i columns', (width) => {
  const table = text(width).split('\n').slice(2, 6);
  for (const row of table) expect(textWidth(row)).toBeLessThanOrEqual(width);
});

test('well, and nothing to start', () => {
  const done = { ...report, convergedAt: s(3), slots: [] };
  expect(text(80, false, done)).toMatchInlineSnapshot(`
    "rift  everything well after 3 s    boot 4be2c7aa, first seen 2026-11-21 03:12:04

      everything was ready already when this boot was first looked at"
  `);
});
