import type { Clock } from '@reconcile/host';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Loop, type LoopPass } from './loop.ts';

type Hint = 'kill' | 'commit' | 'resync' | 'wake';

const clock: Clock = { now: () => Date.now(), sleep: async () => undefined };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function bench(answer: (turn: number) => LoopPass = () => ({})) {
  const passes: string[] = [];
  const ends: (() => void)[] = [];
  const loop = new Loop<Hint>({
    clock,
    resyncMs: 30_000,
    timed: { resync: 'resync', wake: 'wake' },
    async pass(hints) {
      passes.push([...hints].sort().join('+'));
      await new Promise<void>((resolve) => ends.push(resolve));
      return answer(passes.length);
    },
  });
  const end = async () => {
    ends.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { passes, loop, end, settle: () => vi.advanceTimersByTimeAsync(0) };
}

test('hints before and during a pass are one pass each time', async () => {
  const { end, loop, passes, settle } = bench();
  loop.hint('kill');
  loop.hint('commit');
  await settle();
  expect(passes).toEqual(['commit+kill']);
  for (let i = 0; i < 100; i++) loop.hint('kill');
  await settle();
  expect(passes).toHaveLength(1);
  await end();
  expect(passes).toEqual(['commit+kill', 'kill']);
  await end();
  expect(loop.isBusy).toBe(false);
});

test('without a hint: the moment the plan names, else the resync; never a spin', async () => {
  const { end, loop, passes } = bench((turn) =>
    turn === 1 ? { wakeAt: Date.now() - 5 } : turn === 2 ? { wakeAt: Date.now() + 90_000 } : {},
  );
  loop.hint('kill');
  await vi.advanceTimersByTimeAsync(0);
  await end();
  await vi.advanceTimersByTimeAsync(19);
  expect(passes).toEqual(['kill']);
  await vi.advanceTimersByTimeAsync(1);
  expect(passes).toEqual(['kill', 'wake']);
  await end();
  await vi.advanceTimersByTimeAsync(29_999);
  expect(passes).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(passes).toEqual(['kill', 'wake', 'resync']);
});

test('ordered work is alone, goes before passes, and can give way to hints', async () => {
  const { end, loop, passes, settle } = bench();
  loop.hint('kill');
  await settle();
  const said: string[] = [];
  loop.hint('commit');
  const ordered = loop.order(async () => {
    said.push(`after ${passes.length}`);
    await loop.giveWay();
    said.push(`then ${passes.length}`);
  });
  await end();
  expect(said).toEqual(['after 1']);
  expect(passes).toEqual(['kill', 'commit']);
  await end();
  await ordered;
  expect(said).toEqual(['after 1', 'then 2']);
  await settle();
  expect(passes).toHaveLength(2);
});

test("what fails in ordered work is its caller's, and the loop goes on", async () => {
  const { end, loop, passes, settle } = bench();
  await expect(loop.order(async () => Promise.reject(new Error('no such service')))).rejects.toThrow('no such service');
  loop.hint('kill');
  await settle();
  expect(passes).toEqual(['kill']);
  await end();
});

test('stop waits for the pass under way and begins none', async () => {
  const { end, loop, passes, settle } = bench();
  loop.hint('kill');
  await settle();
  loop.hint('commit');
  let isStopped = false;
  const stopping = loop.stop().then(() => {
    isStopped = true;
  });
  await settle();
  expect(isStopped).toBe(false);
  await end();
  await stopping;
  loop.hint('kill');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(passes).toEqual(['kill']);
});
