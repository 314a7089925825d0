import type { HealthSpec } from '@reconcile/core/kinds/container';
import { expect, test } from 'vitest';
import { SlotWatch } from './slot-watch.ts';

const health = { failures: 3, successes: 2, startPeriodMs: 10_000 } as HealthSpec;

function probes(watch: SlotWatch, verdicts: string, from: number, startedAt = 0): string {
  return [...verdicts]
    .map((verdict, i) =>
      watch.take(
        { healthy: verdict === '+', message: 'refused', durationMs: 2 },
        { at: from + i * 1000, health, startedAt },
      )
        ? watch.state
        : '.',
    )
    .join(' ');
}

test.each([
  ['--- turns it', '---', '. . unhealthy'],
  ['a good one begins the count anew', '--+---', '. . . . . unhealthy'],
  ['and back with as many good ones', '---+-++', '. . unhealthy . . . healthy'],
])('%s', (_name, verdicts, wanted) => {
  expect(probes(new SlotWatch('healthy', 0), verdicts, 100_000)).toBe(wanted);
});

test('bad ones of the start period are excused, and so is the count they began', () => {
  const watch = new SlotWatch('healthy', 0);
  expect(probes(watch, '----------', 0)).toBe('. . . . . . . . . .');
  expect(probes(watch, '---', 10_000)).toBe('. . unhealthy');
});

test('samples of the last hour, bounded', () => {
  const watch = new SlotWatch('healthy', 0);
  for (let i = 0; i < 2000; i++)
    watch.take({ healthy: true, message: '', durationMs: 1 }, { at: i * 1000, health, startedAt: 0 });
  expect(watch.samples).toHaveLength(720);
  watch.take({ healthy: false, message: 'no', durationMs: 1 }, { at: 2000 * 1000 + 3_600_000, health, startedAt: 0 });
  expect(watch.samples).toEqual([{ at: 5_600_000, ok: false, latencyMs: 1, message: 'no' }]);
});
