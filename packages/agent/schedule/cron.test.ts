import { readSchedule } from '@reconcile/spec/syntax';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lastDue, nextDue } from './cron.ts';

const berlin = 'Europe/Berlin';

/** The next `count` times, as UTC without seconds. */
function due(
  schedule: string,
  { count = 3, from, timezone = berlin }: { from: string; timezone?: string; count?: number },
) {
  const found: string[] = [];
  let at: number | undefined = Date.parse(from);
  while (found.length < count && at !== undefined) {
    at = nextDue({ schedule, timezone }, at);
    if (at !== undefined) found.push(new Date(at).toISOString().slice(5, 16));
  }
  return found;
}

describe('clocks are put forward: 02:00 to 03:00 in Berlin, 01:00 UTC', () => {
  const from = '2026-03-28T12:00:00Z';
  test.each([
    ['30 2 * * *', ['03-29T01:00', '03-30T00:30', '03-31T00:30']],
    ['0 2 * * *', ['03-29T01:00', '03-30T00:00', '03-31T00:00']],
    ['30 3 * * *', ['03-29T01:30', '03-30T01:30', '03-31T01:30']],
    ['@daily', ['03-28T23:00', '03-29T22:00', '03-30T22:00']],
  ])('%s', (schedule, times) => {
    expect(due(schedule, { from })).toEqual(times);
  });

  test('a wildcard just goes on', () => {
    expect(due('*/30 * * * *', { from: '2026-03-29T00:00:00Z' })).toEqual([
      '03-29T00:30',
      '03-29T01:00',
      '03-29T01:30',
    ]);
  });
});

describe('clocks are put back: 03:00 to 02:00 in Berlin, 01:00 UTC', () => {
  test.each([
    ['30 2 * * *', '2026-10-24T12:00:00Z', ['10-25T00:30', '10-26T01:30', '10-27T01:30']],
    ['0 3 * * *', '2026-10-24T12:00:00Z', ['10-25T02:00', '10-26T02:00', '10-27T02:00']],
    ['*/30 * * * *', '2026-10-25T00:00:00Z', ['10-25T00:30', '10-25T01:00', '10-25T01:30']],
    ['0 * * * *', '2026-10-24T23:30:00Z', ['10-25T00:00', '10-25T01:00', '10-25T02:00']],
  ])('%s', (schedule, from, times) => {
    expect(due(schedule, { from })).toEqual(times);
  });
});

test.each([
  ['30 3 * * *', 'UTC', ['03-29T03:30', '03-30T03:30', '03-31T03:30']],
  ['0 0 1 * mon', 'UTC', ['03-30T00:00', '04-01T00:00', '04-06T00:00']],
  ['5/15 * * * *', 'UTC', ['03-28T12:05', '03-28T12:20', '03-28T12:35']],
  ['0 0 * * 7', 'Asia/Kolkata', ['03-28T18:30', '04-04T18:30', '04-11T18:30']],
  ['0 0 31 2 *', 'UTC', []],
])('%s in %s', (schedule, timezone, times) => {
  expect(due(schedule, { from: '2026-03-28T12:00:00Z', timezone })).toEqual(times);
});

test('every schedule that a definition may have can be worked out, and looking back finds what looking ahead found', () => {
  const number = (least: number, most: number) => {
    const one = fc.integer({ min: least, max: most });
    const range = fc.tuple(one, one).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
    const base = fc.oneof(fc.constant('*'), one.map(String), range);
    const step = fc.option(fc.integer({ min: 1, max: most }), { nil: undefined });
    const item = fc.tuple(base, step).map(([text, every]) => (every === undefined ? text : `${text}/${every}`));
    return fc.array(item, { minLength: 1, maxLength: 2 }).map((items) => items.join(','));
  };
  const line = fc
    .tuple(number(0, 59), number(0, 23), number(1, 28), number(1, 12), number(0, 7))
    .map((fields) => fields.join(' '));
  const from = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2027-01-01') });
  const zone = fc.constantFrom('UTC', berlin, 'America/New_York', 'Australia/Lord_Howe');
  fc.assert(
    fc.property(line, from, zone, (schedule, after, timezone) => {
      expect(readSchedule(schedule).ok).toBe(true);
      const next = nextDue({ schedule, timezone }, after);
      if (next === undefined) return;
      expect(next).toBeGreaterThan(after);
      expect(lastDue({ schedule, timezone }, next)).toBe(next);
      expect(lastDue({ schedule, timezone }, next - 1) ?? 0).toBeLessThanOrEqual(after);
    }),
    { numRuns: 300 },
  );
});
