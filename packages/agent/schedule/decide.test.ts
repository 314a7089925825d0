import type { JobSpec } from '@reconcile/core/kinds/job';
import { describe, expect, test } from 'vitest';
import { decide, type Known, nextOf } from './decide.ts';

const slot = 'notes/dump';
const at = (time: string) => Date.parse(`2026-06-01T${time}Z`);
const line = 'UTC 0 * * * *';

function known(more: Partial<Known> & { spec?: Partial<JobSpec>; running?: number; goneBy?: number } = {}): Known {
  const { goneBy = at('03:00:00'), running = 0, spec, ...rest } = more;
  const whole = { schedule: '0 * * * *', timezone: 'UTC', overlap: 'skip', catchUp: false, ...spec } as JobSpec;
  return {
    jobs: [{ slot, spec: whole }],
    schedules: { [slot]: { line, goneByAt: goneBy } },
    open: new Map(running === 0 ? [] : [[slot, running]]),
    overrides: [],
    now: at('04:00:00'),
    ...rest,
  };
}

const row = (time: string, more: object = {}) => ({ line, goneByAt: at(time), ...more });

describe('what is due', () => {
  test.each<[string, Parameters<typeof known>[0], object[]]>([
    ['nothing, before its time', { now: at('03:59:59') }, []],
    ['a run, at its time', {}, [{ slot, row: row('04:00:00'), act: 'run' }]],
    ['nothing, once it was dealt with', { goneBy: at('04:00:00'), now: at('04:30:00') }, []],
    [
      'a run, where the agent was begun anew over its time',
      { now: at('04:00:50') },
      [{ slot, row: row('04:00:00'), act: 'run' }],
    ],
  ])('%s', (_name, of, decisions) => {
    expect(decide(known(of))).toEqual(decisions);
  });
});

describe('what was due while nobody was there', () => {
  const away = { goneBy: at('00:00:00'), now: at('04:20:00') };
  test('is missed, and told', () => {
    expect(decide(known(away))).toEqual([{ slot, row: row('04:00:00', { missedAt: at('04:00:00') }) }]);
  });

  test('is made up for by one run, with catch_up', () => {
    const spec = { catchUp: true };
    const [first, ...more] = decide(known({ ...away, spec }));
    expect([first, ...more]).toEqual([{ slot, row: row('04:00:00'), act: 'catch-up' }]);
    expect(decide(known({ spec, now: away.now, schedules: { [slot]: first?.row ?? row('00:00:00') } }))).toEqual([]);
  });

  test('is no longer told once it ran on time', () => {
    const schedules = { [slot]: row('03:00:00', { missedAt: at('03:00:00') }) };
    expect(decide(known({ schedules }))).toEqual([{ slot, row: row('04:00:00'), act: 'run' }]);
  });
});

describe('when a run is due while one goes on', () => {
  const skipped = { slot, row: row('04:00:00', { skippedAt: at('04:00:00') }) };
  test.each<['skip' | 'queue' | 'replace', number, object]>([
    ['skip', 1, skipped],
    ['queue', 1, { slot, row: row('04:00:00'), act: 'run' }],
    ['queue', 2, skipped],
    ['replace', 1, { slot, row: row('04:00:00'), act: 'replace' }],
    ['replace', 0, { slot, row: row('04:00:00'), act: 'run' }],
  ])('%s, %i there', (overlap, running, decision) => {
    expect(decide(known({ spec: { overlap }, running }))).toEqual([decision]);
  });
});

describe('what is declared anew', () => {
  test.each<[string, Parameters<typeof known>[0]]>([
    ['a new job', { schedules: {} }],
    ['another schedule', { spec: { schedule: '* * * * *' } }],
    ['another time zone', { spec: { timezone: 'Europe/Berlin' } }],
    ['a clock that was two days ahead', { goneBy: at('04:00:00') + 2 * 86_400_000 }],
  ])('%s begins now: nothing of before is due', (_name, of) => {
    const [decision, ...more] = decide(known(of));
    expect(decision).toMatchObject({ slot, row: { goneByAt: at('04:00:00') } });
    expect(decision).not.toHaveProperty('act');
    expect(more).toEqual([]);
  });
});

describe('what somebody froze or stopped here', () => {
  test.each(['', 'notes'])('is not due: %j', (target) => {
    const held = known({ overrides: [{ target }] });
    expect(decide(held)).toEqual([]);
    expect(nextOf(held)).toBeUndefined();
  });

  test('is missed when the freeze ends late, and another service is not its business', () => {
    expect(decide(known({ now: at('04:30:00') }))).toMatchObject([{ row: { missedAt: at('04:00:00') } }]);
    expect(decide(known({ overrides: [{ target: 'wiki' }] }))).toMatchObject([{ act: 'run' }]);
  });
});

test('the next moment is the earliest of all', () => {
  expect(nextOf(known({ goneBy: at('04:00:00') }))).toBe(at('05:00:00'));
  const never = { schedule: '0 0 31 2 *' };
  expect(nextOf(known({ spec: never, schedules: {} }))).toBeUndefined();
  expect(decide(known({ spec: never, schedules: { [slot]: { line: `UTC ${never.schedule}`, goneByAt: 1 } } }))).toEqual(
    [],
  );
});
