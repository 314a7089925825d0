import type { Action, Driver, Event, Journal, Plan } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import { virtualHost } from '@reconcile/testkit/worlds';
import { expect, test } from 'vitest';
import { execute } from './executor.ts';
import { Failpoint } from './failpoint.ts';

// One action and one that needs it; what is written down, and when.

function action(name: string, needs: readonly string[] = []): Action {
  return {
    id: `volume/${name}#create`,
    key: `volume/${name}`,
    slot: `volume/${name}`,
    services: [],
    kind: 'volume',
    verb: 'create',
    phase: 'make',
    needs: needs.map((need) => `volume/${need}#create` as const),
    args: {},
    risk: 'safe',
    reason: { code: 'Missing', fields: [] },
    timeoutMs: 1000,
  } as unknown as Action;
}

const made = {
  node: 'rift',
  generation: 1,
  actions: [action('a'), action('b', ['a'])],
  barriers: [],
} as unknown as Plan;

async function carryOut(journal: Partial<Journal>) {
  const said: string[] = [];
  const applied: string[] = [];
  const host = virtualHost();
  const driver = {
    name: 'test',
    serves: ['volume'],
    apply: async (_: unknown, { key }: Action) => void applied.push(key),
  } as unknown as Driver<ReadHost, Host>;
  const execution = await execute({
    plan: made,
    cycleId: 'c1',
    drivers: new Map([['volume', driver]]),
    context: { host, signal: new AbortController().signal, log: { debug: () => {}, warn: () => {} } } as never,
    journal: {
      begin: async (actions) => void said.push(`begin ${actions.map(({ key }) => key).join(' ')}`),
      done: async ({ key }) => void said.push(`done ${key}`),
      failed: async ({ key }) => void said.push(`failed ${key}`),
      ...journal,
    },
    failpoint: new Failpoint(undefined),
    isCurrent: () => true,
    emit: (event: Event) => {
      if ('actionId' in event) said.push(`${event.type} ${event.key}`);
    },
  });
  return { said, applied, execution };
}

test('the record of an action and the intents of what waited for it are asked for in one turn', async () => {
  const turns: string[][] = [[]];
  const next = () => void setImmediate(() => turns.push([]));
  const note = (word: string) => {
    if (turns.at(-1)?.length === 0) next();
    turns.at(-1)?.push(word);
    return new Promise<void>((resolve) => setImmediate(resolve));
  };
  const { said } = await carryOut({
    begin: (actions) => note(`begin ${actions.map(({ key }) => key).join(' ')}`),
    done: ({ key }) => note(`done ${key}`),
  });
  expect(turns.filter((words) => words.length > 0)).toEqual([
    ['begin volume/a'],
    ['done volume/a', 'begin volume/b'],
    ['done volume/b'],
  ]);
  expect(said).toEqual([
    'action.started volume/a',
    'action.succeeded volume/a',
    'action.started volume/b',
    'action.succeeded volume/b',
  ]);
});

test('what could not be recorded is followed by nothing', async () => {
  const { applied, execution, said } = await carryOut({ done: async () => Promise.reject(new Error('disk full')) });
  expect(applied).toEqual(['volume/a']);
  expect([...execution.failed.keys()]).toEqual(['volume/a#create']);
  expect(execution.skipped).toEqual(['volume/b#create']);
  expect(said).not.toContain('action.started volume/b');
});

test('nothing is begun whose intent cannot be written down', async () => {
  let begun = 0;
  const begin = async () => {
    if (++begun === 2) throw new Error('disk full');
  };
  await expect(carryOut({ begin })).rejects.toThrow('disk full');
});
