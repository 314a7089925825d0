import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Principal } from '@reconcile/core';
import { createReadHost } from '@reconcile/host/reading';
import { armWindow, openRegistry, type Registry, settleWindow, type WindowState } from '@reconcile/registry';
import { monotonicMs } from '@reconcile/registry/monotonic';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { directoryNode, writeSettled } from './directory.fixture.ts';
import type { LoadInput } from './input.ts';
import { keepLoaded } from './keep.ts';
import { loadDesired } from './load.ts';

// Which of two commits counts while one is tried and afterwards, with and without the source.

const by: Principal = { issuer: 'unix', subject: '1000', kind: 'person', scopes: ['admin'] };
const host = createReadHost();

let dir: string;
let registry: Registry;
let first: string;
let second: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'trial-'));
  registry = openRegistry(join(dir, 'registry.db'), { mode: 'write' });
  first = await commit('1');
  second = await commit('2');
});
afterEach(async () => {
  await registry.close();
  rmSync(dir, { recursive: true });
});

/** The directory as it is to be, taken as a writer's pass takes it. */
async function commit(version: string): Promise<string> {
  write(version);
  const loaded = await loadDesired(input());
  await keepLoaded(registry, input(), { loaded, at: 1, by });
  return loaded.commit?.commit ?? '';
}

function write(version: string): void {
  mkdirSync(join(dir, 'fleet', 'services'), { recursive: true });
  const web = `name = "web"\n[[components]]\nname = "main"\nimage = "registry.example.net/web:${version}"\n`;
  writeSettled(dir, 'fleet.toml', 'name = "home"\nzone = "example.net"\n');
  writeSettled(dir, 'services/web.toml', web);
}

function input(more: Partial<LoadInput> = {}): LoadInput {
  const config = directoryNode(dir);
  return { config, host, registry, install: { buildId: 'b' }, signal: new AbortController().signal, ...more };
}

async function window(state: WindowState, more: { leftMs?: number; head?: string; bootId?: string } = {}) {
  const { bootId = await host.proc.bootId(), head = second, leftMs = 60_000 } = more;
  const deadlineMs = monotonicMs() + leftMs;
  const what = { id: 'w', commit: second, previous: first, head, services: ['web'], slots: ['web/main'] };
  await registry.write((rows) => {
    armWindow(rows, { ...what, windowMs: 60_000, bootId, deadlineMs, armedAt: 1, by });
    settleWindow(rows, 'w', { at: 2, from: 'armed', to: state });
  });
}

const noSource = () => rmSync(join(dir, 'fleet'), { recursive: true });

test('while it is open the tried commit counts, whatever the source says, and until when', async () => {
  await window('armed');
  noSource();
  const { commit: found, desired, trouble } = await loadDesired(input());
  expect(found?.commit).toBe(second);
  expect(trouble).toBeUndefined();
  expect(desired?.trial).toMatchObject({ state: 'open', commit: second, previous: first });
  expect(desired?.trial?.until).toBeGreaterThan(Date.now() + 50_000);
});

test.each([
  ['when it is over', { leftMs: -1 }],
  ['after a reboot', { bootId: 'another' }],
])('the commit before it counts %s, without the source and without the tried one', async (_, more) => {
  await window('armed', more);
  noSource();
  await registry.write((rows) => rows.run('DELETE FROM snapshot_part WHERE commit_id = ?', second));
  const { commit: found, desired, trouble } = await loadDesired(input());
  expect(found?.commit).toBe(first);
  expect(trouble).toMatchObject({ code: 'Reverted' });
  expect(desired?.allows).toEqual(['web']);
  expect(desired?.trial).toMatchObject({ state: 'over', commit: second });
});

test('a reverted commit is held while it is the newest; a newer one counts, and so does it when asked for again', async () => {
  await window('reverted');
  const held = await loadDesired(input());
  expect(held.commit?.commit).toBe(first);
  expect(held.desired?.trial?.state).toBe('reverted');
  const again = await loadDesired(input({ again: true }));
  expect(again.commit?.commit).toBe(second);
  expect(again.desired?.trial).toBeUndefined();
  write('3');
  const newer = await loadDesired(input());
  expect(newer.desired?.trial).toBeUndefined();
  expect([first, second]).not.toContain(newer.commit?.commit);
});

test('a confirmed one of another branch counts until the branch moves, and that it is ahead is told', async () => {
  write('1');
  await window('confirmed', { head: first });
  const ahead = await loadDesired(input());
  expect(ahead.commit?.commit).toBe(second);
  expect(ahead.trouble).toMatchObject({ code: 'Ahead' });
  write('3');
  expect((await loadDesired(input())).trouble).toBeUndefined();
});

test('released, or confirmed where the branch has it: the source alone counts', async () => {
  for (const state of ['released', 'confirmed'] as const) {
    await window(state);
    const { desired, trouble } = await loadDesired(input());
    expect(desired?.trial).toBeUndefined();
    expect(trouble).toBeUndefined();
    await registry.write((rows) => rows.run('DELETE FROM confirm'));
  }
});
