import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Desired, Observed, Principal } from '@reconcile/core';
import { addAttempt, addKnownBad, listKnownBad, openRegistry, openRequests, type Registry } from '@reconcile/registry';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compiled } from '../../spec/snapshot.fixture.ts';
import { type Asker, askRestart, askRetry, askRun } from './ask.ts';
import { closeFulfilled, fulfilledRequests } from './fulfilled.ts';
import { jobTarget, requestTarget } from './target.ts';

const by: Principal = { issuer: 'unix', subject: '1000', kind: 'person', scopes: ['admin'] };

const texts = {
  mcr: 'name = "mcr"\n[[components]]\nname = "api"\nimage = "example.net/mcr:1"\nreplicas = 2\n[[components]]\nname = "web"\nimage = "example.net/mcr-web:1"\n[[jobs]]\nname = "migrate"\nimage = "same:api"\n',
  wiki: 'name = "wiki"\nactive = false\nimage = "example.net/wiki:1"\n',
  far: 'name = "far"\nnode = "orion"\nimage = "example.net/far:1"\n',
};

let desired: Desired;
let dir: string;
let registry: Registry;
let now: number;
beforeEach(async () => {
  desired ??= (await compiled(texts)).desired;
  dir = mkdtempSync(join(tmpdir(), 'request-'));
  registry = openRegistry(join(dir, 'registry.db'), { mode: 'write' });
  now = 1_700_000_000_300;
});
afterEach(async () => {
  await registry.close();
  rmSync(dir, { recursive: true });
});

let ids = 0;
const asker = (why?: string): Asker => ({
  registry,
  host: {
    clock: {
      now: () => now,
      sleep: async (ms) => {
        now += ms;
      },
    },
    ids: { random: () => `${++ids}`.padEnd(32, 'x') },
  },
  signal: new AbortController().signal,
  by,
  why,
});

/** Containers by slot and when they started; `null`: it does not run. */
function observed(started: Readonly<Record<string, number | null>>): Observed {
  const resources = Object.entries(started).map(([slot, at]) => {
    const key = `container/${slot.replaceAll('/', '-')}` as const;
    const state = { phase: at === null ? 'exited' : 'running', startedAt: at ?? 0 };
    return [
      key,
      {
        key,
        kind: 'container',
        slot,
        services: [],
        owner: 'managed',
        state,
        health: 'healthy',
        references: [],
        claims: [],
      },
    ];
  });
  return {
    node: 'rift',
    at: now,
    bootId: 'b',
    resources: Object.fromEntries(resources),
    blind: {},
    busy: [],
  } as Observed;
}

describe('what may be named', () => {
  test.each(['mcr', 'mcr/api', 'mcr/api/1', 'mcr/web'])('restart %s', (name) => {
    expect(requestTarget(desired, name, 'restart')).toBe(name);
  });

  test.each([
    ['mcr/migrate', 'REQUEST_UNKNOWN'],
    ['mc', 'REQUEST_UNKNOWN'],
    ['far', 'REQUEST_UNKNOWN'],
    ['wiki', 'REQUEST_INACTIVE'],
  ])('restart %s: %s', (name, code) => {
    expect(() => requestTarget(desired, name, 'restart')).toThrow(expect.objectContaining({ code }));
  });

  test('a retry may also name a job, and a stopped service', () => {
    for (const name of ['mcr', 'mcr/migrate', 'wiki']) expect(requestTarget(desired, name, 'retry')).toBe(name);
  });

  test('a run names a job; else the known ones and the nearest', () => {
    expect(jobTarget(desired, 'mcr/migrate')).toBe('mcr/migrate');
    expect(() => jobTarget(desired, 'mcr/migrat')).toThrow(
      expect.objectContaining({ wanted: 'one of mcr/migrate', hint: 'did you mean: reconcile run mcr/migrate' }),
    );
    expect(() => requestTarget(desired, 'far', 'restart')).toThrow(
      expect.objectContaining({ actual: 'elsewhere, on orion' }),
    );
  });
});

describe('a restart', () => {
  test('begins with a whole second, since start times have no other', async () => {
    const request = await askRestart(asker('a new certificate'), 'mcr/api');
    expect(request).toMatchObject({ verb: 'restart', target: 'mcr/api', at: 1_700_000_001_000 });
    expect(now).toBe(1_700_000_001_000);
    expect(registry.read(openRequests)).toEqual([{ ...request, by: 'unix:1000', args: { why: 'a new certificate' } }]);
  });

  test('is over when every container of the target has started since', async () => {
    const { at } = await askRestart(asker(), 'mcr');
    const old = at - 1000;
    const done = (started: Readonly<Record<string, number | null>>) =>
      fulfilledRequests(registry.read(openRequests), { desired, observed: observed(started) }).length === 1;
    expect(done({ 'mcr/api/1': at, 'mcr/api/2': at, 'mcr/web': at })).toBe(true);
    expect(done({ 'mcr/api/1': at, 'mcr/api/2': old, 'mcr/web': at })).toBe(false);
    expect(done({ 'mcr/api/1': at, 'mcr/api/2': null, 'mcr/web': at })).toBe(false);
    expect(done({ 'mcr/api/1': at, 'mcr/web': at })).toBe(false);
  });

  test('what started before the question never counts as its answer, what starts after it always does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 5000 }), async (before, after) => {
        now = 1_700_000_000_000 + before;
        const second = (at: number) => Math.floor(at / 1000) * 1000;
        const startedBefore = second(now);
        const { at } = await askRestart(asker(), 'mcr/web');
        expect(startedBefore).toBeLessThan(at);
        expect(second(now + after)).toBeGreaterThanOrEqual(at);
      }),
      { numRuns: 50 },
    );
  });

  test('closes when nobody can fulfil it any more; and a quiet close writes nothing', async () => {
    await askRestart(asker(), 'gone');
    const seen = { desired, observed: observed({}), at: now };
    await closeFulfilled(registry, seen);
    expect(registry.read(openRequests)).toEqual([]);
    await askRun(asker(), 'mcr/migrate');
    await askRun(asker(), 'mcr/gone');
    await closeFulfilled(registry, seen);
    expect(registry.read(openRequests).map(({ target }) => target)).toEqual(['mcr/migrate']);
  });
});

test('a retry forgets, leaves nothing open, and says whether there was anything', async () => {
  await registry.write((rows) => {
    addKnownBad(rows, 'mcr/api', { specHash: 'a', imageId: '', reason: 'never ready', at: 1 });
    addKnownBad(rows, 'other/x', { specHash: 'b', imageId: '', reason: 'never ready', at: 1 });
    addAttempt(rows, 'mcr/web', { of: 'container/mcr-web-1', at: 1, code: 'X', message: 'x' });
  });
  expect(await askRetry(asker('fixed the registry'), 'mcr')).toBe(true);
  expect(Object.keys(registry.read(listKnownBad))).toEqual(['other/x']);
  expect(registry.read(openRequests)).toEqual([]);
  expect(await askRetry(asker(), 'mcr')).toBe(false);
  const rows = registry.read((all) =>
    all.all<{ verb: string; args_json: string }>('SELECT verb, args_json FROM request'),
  );
  expect(rows).toContainEqual({ verb: 'retry', args_json: '{"why":"fixed the registry"}' });
});
