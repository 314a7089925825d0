import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Desired, Event } from '@reconcile/core';
import { addDeath, listEvents, loadHistory, openRegistry, type Registry } from '@reconcile/registry';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tellFlapping } from './flapping.ts';

const minute = 60_000;
const desired = { node: 'rift', generation: 1 } as Desired;

let dir: string;
let registry: Registry;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'flapping-'));
  registry = openRegistry(join(dir, 'registry.db'), { mode: 'write' });
});
afterEach(async () => {
  await registry.close();
  rmSync(dir, { recursive: true });
});

test('one event an incident, whoever makes the passes, and its state in between', async () => {
  const shown: string[] = [];
  const pass = async (at: number) => {
    const show = (event: Event) =>
      shown.push(event.type === 'condition.changed' ? `${at}: ${event.status} ${event.message}` : '');
    await tellFlapping(registry, { desired, bootId: 'b', cycleId: 'c', now: at * minute }, show);
    return loadHistory(registry, 'b', at * minute).slots['web/main']?.flappingSince;
  };
  const states: (number | undefined)[] = [];
  for (let at = 1; at <= 17; at++) {
    if (at <= 5 || at === 6) await registry.write((rows) => addDeath(rows, 'web/main', at * minute));
    states.push(await pass(at), await pass(at));
  }
  expect(states.filter((since) => since !== undefined)).toEqual(Array(22).fill(5 * minute));
  expect(shown).toEqual(['5: True 5 deaths in 10 min', '16: False no death for 10 min']);
  const told = registry.read((rows) => listEvents(rows, { limit: 10 })).map(({ event }) => event);
  expect(told.map((event) => (event.type === 'condition.changed' ? event.condition : ''))).toEqual([
    'Flapping',
    'Flapping',
  ]);
});
