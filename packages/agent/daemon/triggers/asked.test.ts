import type { Clock } from '@reconcile/host';
import { expect, test } from 'vitest';
import { Asked, leastGapMs } from './asked.ts';

/** A clock that the test moves on: whoever sleeps wakes when their time has come. */
class HandClock implements Clock {
  #now = 0;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#sleepers.push({ at: this.#now + ms, wake: resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async move(ms: number): Promise<void> {
    this.#now += ms;
    const due = this.#sleepers.filter(({ at }) => at <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
    for (const { wake } of due) wake();
    await settled();
  }
}

/** Everything that is about to run has run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function following(everyMs: number | undefined) {
  const clock = new HandClock();
  const asked = new Asked();
  const looks: number[] = [];
  const ended = new AbortController();
  const done = asked.follow({
    clock,
    signal: ended.signal,
    everyMs: () => everyMs,
    look: async () => void looks.push(clock.now()),
  });
  await settled();
  const end = async () => {
    ended.abort();
    await done;
    return looks;
  };
  return { asked, clock, looks, end };
}

test('looks at once and when it is due; asked for, at once too', async () => {
  const { asked, clock, end, looks } = await following(30_000);
  await clock.move(30_000);
  await clock.move(15_000);
  expect(looks).toEqual([0, 30_000]);
  asked.ask();
  await settled();
  await clock.move(30_000);
  expect(await end()).toEqual([0, 30_000, 45_000, 75_000]);
});

test('a thousand hints in a second are one look, and one more when the gap is over', async () => {
  const { asked, clock, end } = await following(undefined);
  await clock.move(60_000);
  asked.ask();
  await settled();
  for (let i = 0; i < 1000; i++) {
    asked.ask();
    await clock.move(1);
  }
  await clock.move(leastGapMs);
  await clock.move(10 * leastGapMs);
  const looks = await end();
  expect(looks.length).toBe(2);
  expect(looks[0]).toBe(60_000);
  expect((looks[1] ?? 0) - (looks[0] ?? 0)).toBeGreaterThanOrEqual(leastGapMs);
});

test('who asks while a look is made gets another one', async () => {
  const clock = new HandClock();
  const asked = new Asked();
  const ended = new AbortController();
  let looks = 0;
  const done = asked.follow({
    clock,
    signal: ended.signal,
    everyMs: () => undefined,
    look: async () => {
      if (++looks === 1) asked.ask();
    },
  });
  asked.ask();
  await settled();
  await clock.move(leastGapMs);
  ended.abort();
  await done;
  expect(looks).toBe(2);
});
