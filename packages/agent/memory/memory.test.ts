import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action, Desired, Hold, Plan, Principal } from '@reconcile/core';
import { enterGeneration, lastAppliedCommit, lastServices, openRegistry, type Registry } from '@reconcile/registry';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { registryMemory } from './memory.ts';

// What a finished pass says about its generation: the guard and the trailers of later passes hang on it.

const by: Principal = { issuer: 'unix', subject: '1000', kind: 'person', scopes: ['admin'] };
const desired = {
  node: 'rift',
  generation: 1,
  commit: 'c1',
  stages: [{ name: 'services', timeoutMs: 1, onTimeout: 'continue' }],
  services: { web: { stage: 0, active: true }, old: { stage: 0, active: false } },
} as unknown as Desired;

const plan = (actions: readonly string[], held: readonly Hold['code'][] = []): Plan =>
  ({
    actions: actions.map((id) => ({ id }) as Action),
    held: held.map((code) => ({ code }) as Hold),
    waiting: [],
  }) as unknown as Plan;

let dir: string;
let registry: Registry;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'memory-'));
  registry = openRegistry(join(dir, 'registry.db'), { mode: 'write' });
  await registry.write((rows) => enterGeneration(rows, { commit: 'c1', at: 1, by }));
});
afterEach(async () => {
  await registry.close();
  rmSync(dir, { recursive: true });
});

async function finished(made: Plan, whole: Plan): Promise<string | undefined> {
  await registryMemory({ registry, desired, bootId: 'b', by, now: () => 2 }).finished(desired, made, whole);
  return registry.read(lastAppliedCommit);
}

test('a whole pass makes its generation the applied one, whatever is left', async () => {
  expect(await finished(plan(['a']), plan(['a']))).toBe('c1');
  expect(registry.read(lastServices)).toEqual({ web: 'services' });
});

test('a narrowed pass does not, while anything lies outside', async () => {
  expect(await finished(plan([]), plan(['other#delete']))).toBeUndefined();
  expect(registry.read(lastServices)).toEqual({});
  expect(await finished(plan([]), plan([]))).toBe('c1');
});

test('nor while a removal is held, though the part knows nothing of it', async () => {
  expect(await finished(plan([]), plan([], ['BlastRadius']))).toBeUndefined();
  expect(await finished(plan([]), plan([], ['KnownBad']))).toBe('c1');
});
