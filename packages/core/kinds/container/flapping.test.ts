import { expect, test } from 'vitest';
import { flappingSince } from './flapping.ts';

const minute = 60_000;

/** Every minute for an hour, on a clock of its own: when it began to flap and when it was over, in minutes. */
function incidents(...deaths: readonly number[]): string[] {
  const told: string[] = [];
  let since: number | undefined;
  for (let at = 0; at <= 60; at++) {
    const before = since;
    const seen = deaths.filter((death) => death <= at).map((death) => death * minute);
    since = flappingSince(before, seen, at * minute);
    if (since !== undefined && before === undefined) told.push(`from ${at}`);
    if (since === undefined && before !== undefined) told.push(`until ${at}`);
  }
  return told;
}

test.each([
  ['four deaths are none', [1, 2, 3, 4], []],
  ['five in ten minutes are one, over after ten quiet ones', [1, 2, 3, 4, 5], ['from 5', 'until 15']],
  ['five in more than ten minutes are none', [1, 4, 7, 10, 13], []],
  ['one death now and then keeps it one incident', [1, 2, 3, 4, 5, 12, 20], ['from 5', 'until 30']],
  ['after quiet it is another one', [1, 2, 3, 4, 5, 21, 22, 23, 24, 25], ['from 5', 'until 15', 'from 25', 'until 35']],
])('%s', (_name, deaths, wanted) => {
  expect(incidents(...deaths)).toEqual(wanted);
});
