import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadHost } from '@reconcile/host';
import { armWindow, type ConfirmWindow, lastWindow, openRegistry, type Registry } from '@reconcile/registry';
import { monotonicMs } from '@reconcile/registry/monotonic';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { confirmWindow, markReverted, openWindow, releaseReverted } from './window.ts';

let dir: string;
let registry: Registry;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confirm-'));
  registry = openRegistry(join(dir, 'registry.db'), { mode: 'write' });
});
afterEach(async () => {
  await registry.close();
  rmSync(dir, { recursive: true });
});

const machine = (bootId = 'b1') => ({ proc: { bootId: async () => bootId } }) as unknown as Pick<ReadHost, 'proc'>;

const arm = (more: Partial<ConfirmWindow> = {}) =>
  registry.write((rows) =>
    armWindow(rows, {
      id: 'w1',
      commit: 'b'.repeat(40),
      previous: 'a'.repeat(40),
      head: 'b'.repeat(40),
      services: ['web'],
      slots: ['web/main'],
      windowMs: 60_000,
      bootId: 'b1',
      deadlineMs: monotonicMs() + 60_000,
      armedAt: 1,
      by: { issuer: 'unix', subject: '1000', kind: 'person', scopes: [] },
      ...more,
    }),
  );
const state = () => registry.read(lastWindow)?.state;
const over = { deadlineMs: 1 };

test('a window is open by the machine’s own clock, and by none after a reboot', async () => {
  expect(await openWindow(registry, machine())).toBeUndefined();
  await arm();
  const open = await openWindow(registry, machine());
  expect(open?.leftMs).toBeGreaterThan(50_000);
  expect(open?.leftMs).toBeLessThanOrEqual(60_000);
  expect(open?.window).toMatchObject({
    commit: 'b'.repeat(40),
    services: ['web'],
    slots: ['web/main'],
    state: 'armed',
  });
  expect(await openWindow(registry, machine('b2'))).toBeUndefined();
  await arm({ id: 'w2', ...over });
  expect(await openWindow(registry, machine())).toBeUndefined();
});

test.each([
  ['whatever is tried', ''],
  ['by its id', 'w1'],
  ['by its commit', 'bbbbbbb'],
])('confirmed in time, %s: once', async (_, id) => {
  await arm();
  await confirmWindow(registry, machine(), { at: 2, id });
  expect(state()).toBe('confirmed');
  await expect(confirmWindow(registry, machine(), { at: 3, id })).rejects.toMatchObject({ code: 'CONFIRM_NONE' });
});

test.each([
  ['nothing is tried', undefined, 'b1', '', 'CONFIRM_NONE'],
  ['another one is', {}, 'b1', 'w9', 'CONFIRM_NONE'],
  ['its time is over', over, 'b1', '', 'CONFIRM_LATE'],
  ['there was a reboot', {}, 'b2', '', 'CONFIRM_LATE'],
] as const)('not confirmed when %s', async (_, window, bootId, id, code) => {
  if (window !== undefined) await arm(window);
  await expect(confirmWindow(registry, machine(bootId), { at: 2, id })).rejects.toMatchObject({ code });
  expect(state()).toBe(window === undefined ? undefined : 'armed');
});

test('what went back stays so until somebody asks for it again', async () => {
  await arm(over);
  await releaseReverted(registry, 2);
  expect(state()).toBe('armed');
  await markReverted(registry, 3);
  expect(state()).toBe('reverted');
  await expect(confirmWindow(registry, machine(), { at: 4, id: '' })).rejects.toMatchObject({ code: 'CONFIRM_LATE' });
  await releaseReverted(registry, 5);
  expect(state()).toBe('released');
});
