import { VirtualClock } from '@reconcile/testkit/worlds';
import { expect, test } from 'vitest';
import { StandingPass } from './standing-pass.ts';

/** A pass about `web` that had its time, and has these actions in hand. */
async function passWith(verbs: readonly string[]): Promise<StandingPass> {
  const clock = new VirtualClock(0);
  const stop = new AbortController().signal;
  const pass = new StandingPass({ id: 'p', trigger: 'schedule', clock, stop, longestRunMs: 60_000 });
  await clock.sleep(1000);
  pass.isAbout(new Set(['web']));
  for (const verb of verbs) pass.began(`a#${verb}`, verb);
  return pass;
}

test.each<[string, readonly string[], string, boolean]>([
  ['its own container, while it is about it', ['start'], 'web', false],
  ['its own container, while a job runs beside it', ['run', 'await'], 'web', false],
  ['its own container, while nothing but jobs is in hand', ['run'], 'web', true],
  ['another container', ['start'], 'db', true],
])('what happens to %s', async (_name, ...[verbs, container, givesWay]) => {
  const pass = await passWith(verbs);
  pass.touched(container);
  expect(pass.yields.aborted).toBe(givesWay);
  pass.end();
});

test('once what was beside a job has ended, its own container counts', async () => {
  const pass = await passWith(['run', 'await']);
  pass.ended('a#await');
  pass.touched('web');
  expect(pass.yields.aborted).toBe(true);
  pass.end();
});
