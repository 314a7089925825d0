import { join } from 'node:path';
import type { Event } from '@reconcile/core';
import { expect, test } from 'vitest';
import { calm, forgive } from '../forgive.ts';
import { pruneRegistry } from '../housekeeping.ts';
import { loadHistory, loadLedger } from '../load/index.ts';
import { openRegistry } from '../open.ts';
import type { Rows } from '../rows.ts';
import { temporaryDir } from '../temporary.fixture.ts';
import { fill, resourceFor, somebody } from '../world.fixture.ts';
import {
  addAttempt,
  addDeath,
  addEvents,
  addHistory,
  addKnownBad,
  addRequest,
  addRevert,
  changedNotes,
  closeRequest,
  enterGeneration,
  forgetVolume,
  generationOf,
  lastAppliedCommit,
  listEvents,
  listHealth,
  listHistory,
  markApplied,
  markReady,
  markStageSince,
  noteHealth,
  putContainer,
  putGateExpired,
  putJob,
  putLastGood,
  putNotes,
  putSecret,
  putVolume,
  readBoot,
  releaseHold,
  seeBoot,
  typicalReadyMs,
  useHold,
  writeBootFacts,
} from './index.ts';

const open = () => openRegistry(join(temporaryDir(), 'registry.db'), { mode: 'write' });
const boot = 'boot-1';
const now = 10_000_000;

async function after(work: (rows: Rows) => void) {
  const registry = open();
  await registry.write(work);
  return registry;
}

test('a slot is ready only in the boot in which its gate was passed', async () => {
  const registry = await after((rows) => markReady(rows, 'mcr/web', { bootId: boot, typicalReadyMs: 700 }));
  expect(loadHistory(registry, boot, now).slots['mcr/web']?.readySinceBoot).toBe(true);
  expect(loadHistory(registry, 'boot-2', now).slots['mcr/web']?.readySinceBoot).toBe(false);
  expect(registry.read(typicalReadyMs)).toEqual({ 'mcr/web': 700 });
});

test('deaths and reverts are kept for ten minutes, each once, in order', async () => {
  const registry = await after((rows) => {
    for (const at of [now - 700_000, now - 5, now - 9, now - 5]) addDeath(rows, 's', at);
    addRevert(rows, 's', now - 1);
  });
  const slot = loadHistory(registry, boot, now).slots.s;
  expect(slot).toMatchObject({ deaths: [now - 9, now - 5], reverts: [now - 1] });
  expect(loadHistory(registry, boot, now + 700_000).slots.s).toMatchObject({ deaths: [], reverts: [] });
});

test('last good, gate expired and known bad come back as they were written', async () => {
  const resource = resourceFor('mcr/web', 'f'.repeat(64));
  const good = { resource, imageId: 'sha256:1', needs: [resource], at: 3 };
  const expired = { key: resource.key, at: 4, reason: 'never ready' };
  const bad = { specHash: 'x', imageId: '', reason: 'r', at: 5 };
  const registry = await after((rows) => {
    putLastGood(rows, 'mcr/web', good);
    putGateExpired(rows, 'mcr/web', expired);
    addKnownBad(rows, 'mcr/web', bad);
    addKnownBad(rows, 'other', bad);
  });
  const { slots } = loadHistory(registry, boot, now);
  expect(slots['mcr/web']).toEqual({
    readySinceBoot: false,
    lastGood: good,
    gateExpired: expired,
    knownBad: [bad],
    deaths: [],
    reverts: [],
  });
  expect(slots.other?.knownBad).toEqual([bad]);
  expect({ ...slots['mcr/web'] }.lastGood).toEqual(good);
});

test('JSON that a damaged file left unreadable is as if it were not there', async () => {
  const registry = open();
  await fill(registry, 2);
  await registry.write((rows) => {
    rows.run(
      `UPDATE slot SET last_good_json = '{"resource":', deaths_json = 'x', gate_expired_json = '[]' WHERE slot = 'service0/web'`,
    );
    rows.run("UPDATE container_spec SET spec = '{' WHERE slot = 'service0/web'");
  });
  const slot = loadHistory(registry, 'boot', now).slots['service0/web'];
  expect(slot).toMatchObject({ readySinceBoot: true, deaths: [] });
  expect(slot?.lastGood).toBeUndefined();
  expect(Object.values(loadLedger(registry).containers).map(({ slot: of }) => of)).toEqual(['service1/web']);
});

test('attempts add up until success clears them', async () => {
  const registry = await after((rows) => {
    addAttempt(rows, 'mcr/web', { of: 'container/mcr-web-1', at: 1, code: 'A', message: 'a' });
    addAttempt(rows, 'mcr/web', { of: 'container/mcr-web-1', at: 2, code: 'B', message: 'b' });
  });
  expect(loadHistory(registry, boot, now).attempts).toEqual({
    'mcr/web': { of: 'container/mcr-web-1', failures: 2, lastAt: 2, code: 'B', message: 'b' },
  });
});

test('another version starts to count anew', async () => {
  const registry = await after((rows) => {
    addAttempt(rows, 'mcr/web', { of: 'container/mcr-web-1', at: 1, code: 'A', message: 'a' });
    addAttempt(rows, 'mcr/web', { of: 'container/mcr-web-2', at: 2, code: 'B', message: 'b' });
  });
  expect(loadHistory(registry, boot, now).attempts).toEqual({
    'mcr/web': { of: 'container/mcr-web-2', failures: 1, lastAt: 2, code: 'B', message: 'b' },
  });
});

test('a request is open until it is closed, and says who asked', async () => {
  const registry = await after((rows) => {
    addRequest(rows, { id: 'r1', verb: 'restart', target: 'mcr', at: 1, by: somebody });
    addRequest(rows, { id: 'r2', verb: 'run', target: 'mcr/migrate', at: 2, by: somebody, args: { a: 1 } });
    closeRequest(rows, 'r1', 3);
  });
  expect(loadHistory(registry, boot, now).requests).toEqual([
    { id: 'r2', verb: 'run', target: 'mcr/migrate', at: 2, by: 'unix:1000', args: { a: 1 } },
  ]);
});

test('a released hold counts until it is used, and can be released again', async () => {
  const released = () => loadHistory(registry, boot, now).releasedHolds;
  const registry = await after((rows) => {
    releaseHold(rows, 'h1', { at: 1, by: somebody });
    releaseHold(rows, 'h2', { at: 1, by: somebody });
    useHold(rows, 'h1', 2);
  });
  expect(released()).toEqual(['h2']);
  await registry.write((rows) => releaseHold(rows, 'h1', { at: 3, by: somebody }));
  expect(released()).toEqual(['h1', 'h2']);
});

test('generations count commits as they come; only an applied one says which services ran', async () => {
  const registry = open();
  const enter = (commit: string) => registry.write((rows) => enterGeneration(rows, { commit, at: 1, by: somebody }));
  expect(registry.read((rows) => generationOf(rows, 'a'))).toBe(1);
  expect([await enter('a'), await enter('a'), await enter('b'), await enter('a')]).toEqual([1, 1, 2, 3]);
  const services = { web: 'core', db: 'core' };
  const apply = (number: number, converged: boolean) =>
    registry.write((rows) => markApplied(rows, number, { at: 2, services, converged }));
  expect(await apply(2, false)).toBe(true);
  expect(await apply(2, false)).toBe(false);
  expect(await apply(2, true)).toBe(true);
  expect(await apply(2, true)).toBe(false);
  expect(loadHistory(registry, boot, now).lastServices).toEqual(services);
  expect(registry.read(lastAppliedCommit)).toBe('b');
});

test('a boot is seen once, waits for a stage from the first time on, and only ten boots are kept', async () => {
  const registry = await after((rows) => {
    seeBoot(rows, boot, 5);
    seeBoot(rows, boot, 6);
    writeBootFacts(rows, boot, { stages: [] });
    markStageSince(rows, { bootId: boot, stage: 'core', at: 7 });
    markStageSince(rows, { bootId: boot, stage: 'core', at: 8 });
  });
  expect(registry.read((rows) => readBoot(rows, boot))).toEqual({ bootId: boot, firstSeen: 5, facts: { stages: [] } });
  expect(loadHistory(registry, boot, now).stagesSince).toEqual({ core: 7 });
  expect(loadHistory(registry, 'boot-2', now).stagesSince).toEqual({});
  await registry.write((rows) => {
    for (let i = 0; i < 10; i++) seeBoot(rows, `later-${i}`, 10 + i);
  });
  expect(loadHistory(registry, boot, now).stagesSince).toEqual({});
});

test('notes are stored when they differ, and parsed when looked at', async () => {
  const notes = { 'podman/images': { a: [1, 2] }, 'podman/identity': 'x' };
  const registry = await after((rows) => putNotes(rows, notes));
  expect(registry.read((rows) => changedNotes(rows, notes))).toEqual([]);
  expect(registry.read((rows) => changedNotes(rows, { 'podman/identity': 'y' }))).toEqual([['podman/identity', '"y"']]);
  expect(loadLedger(registry).notes).toEqual(notes);
});

test('the ledger has what was made', async () => {
  const registry = open();
  await fill(registry, 1);
  await registry.write((rows) => {
    putSecret(rows, 'db-pass', { hmac: 'abc', at: 1 });
    putVolume(rows, '/srv/web', { identity: '1:2:0', nonEmpty: false, at: 1 });
    putVolume(rows, '/srv/web', { identity: '1:2:0', nonEmpty: true, at: 2 });
    putVolume(rows, 'cache', { identity: '3:4:0', nonEmpty: false, at: 3 });
    forgetVolume(rows, 'cache');
    putJob(rows, 'web/migrate', { mark: 'm', exitCode: 0, startedAt: 1, finishedAt: 2 });
    noteHealth(rows, { key: 'container/service0-web-aaaaaaaa', state: 'healthy', message: '', at: 9 });
  });
  const ledger = loadLedger(registry);
  expect(ledger).toMatchObject({
    secrets: { 'db-pass': 'abc' },
    volumes: { '/srv/web': { identity: '1:2:0', nonEmpty: true } },
    jobs: { 'web/migrate': { mark: 'm', exitCode: 0, startedAt: 1, finishedAt: 2 } },
    pins: { 'example.net/service0:1': { imageId: 'sha256:1' } },
    leases: { 'port-lease/service0-web-aaaaaaaa/': 10_000 },
  });
  expect(ledger.containers['service0-web-aaaaaaaa']).toMatchObject({
    slot: 'service0/web',
    health: { state: 'healthy', at: 9 },
  });
  expect(registry.read((rows) => rows.one('SELECT non_empty FROM volume'))).toEqual({ non_empty: 1 });
});

test('health is noted when it turns, and twenty turns are kept', async () => {
  const key = 'container/x-1';
  const registry = await after((rows) => {
    for (let i = 0; i < 60; i++)
      noteHealth(rows, { key, state: i % 4 < 2 ? 'healthy' : 'unhealthy', message: `m${i}`, at: i });
  });
  const notes = registry.read((rows) => listHealth(rows, key));
  expect(notes).toHaveLength(20);
  expect(notes[0]).toEqual({ key, state: 'unhealthy', message: 'm58', at: 58 });
});

test('a container made anew under its name is healthy again when its gate says so', async () => {
  const recorded = { name: 'web-1', slot: 'web/main', spec: { image: 'i' }, specHash: 'h', schema: 1 };
  const healthy = (at: number) => ({ key: 'container/web-1' as const, state: 'healthy' as const, message: '', at });
  const registry = await after((rows) => {
    putContainer(rows, recorded, { id: 'one', aliased: false, at: 1 });
    noteHealth(rows, healthy(2));
    putContainer(rows, recorded, { id: 'two', aliased: false, at: 3 });
    noteHealth(rows, healthy(4));
  });
  expect(loadLedger(registry).containers['web-1']).toMatchObject({ id: 'two', health: { state: 'healthy', at: 4 } });
});

test('history and events are listed by slot or by service, newest last for events', async () => {
  const registry = await after((rows) => {
    for (const [at, slot] of ['mcr/web', 'mcr/api', 'mcr', 'mcrx/web', 'mcr-api'].entries()) {
      addHistory(rows, { at, slot, what: 'created', commit: 'c', from: '', to: '', why: '', by: somebody });
      const event = {
        type: 'gate.opened',
        at,
        node: 'n',
        generation: 1,
        cycleId: 'c',
        actionId: 'a',
        key: 'container/x',
        slot,
        verb: 'await',
        durationMs: 1,
      };
      addEvents(rows, [event as Event]);
    }
  });
  expect(registry.read((rows) => listHistory(rows, { slot: 'mcr' })).map(({ slot }) => slot)).toEqual([
    'mcr',
    'mcr/api',
    'mcr/web',
  ]);
  expect(registry.read((rows) => listHistory(rows, { slot: 'mcr/web' }))).toMatchObject([
    { slot: 'mcr/web', by: somebody },
  ]);
  expect(registry.read((rows) => listEvents(rows, { slot: 'mcr' })).map(({ event }) => event.at)).toEqual([0, 1, 2]);
  expect(registry.read((rows) => listEvents(rows, { after: 4 }))).toMatchObject([
    { id: 5, v: 1, event: { slot: 'mcr-api' } },
  ]);
  expect(registry.read((rows) => listEvents(rows, { limit: 2 })).map(({ id }) => id)).toEqual([4, 5]);
});

test('old events go, in batches', async () => {
  const day = 24 * 3_600_000;
  const event = (at: number) => ({ type: 'cycle.started', at, node: 'n', generation: 1, cycleId: 'c' }) as Event;
  const registry = await after((rows) => {
    addEvents(
      rows,
      Array.from({ length: 1200 }, () => event(0)),
    );
    addEvents(rows, [event(20 * day)]);
  });
  expect(await pruneRegistry(registry, 31 * day)).toBe(1200);
  expect(registry.read((rows) => listEvents(rows))).toHaveLength(1);
  expect(await pruneRegistry(registry, 31 * day)).toBe(0);
});

test('beyond fifty thousand events the oldest go', async () => {
  const registry = await after((rows) => {
    for (let i = 0; i < 50_100; i++)
      addEvents(rows, [{ type: 'cycle.started', at: i, node: 'n', generation: 1, cycleId: 'c' }]);
  });
  expect(await pruneRegistry(registry, 60_000)).toBe(100);
  expect(registry.read((rows) => rows.one('SELECT min(at) AS oldest FROM event'))).toEqual({ oldest: 100 });
});

test('what a version died of is forgotten for one slot, and that it was bad is not', async () => {
  const bad = { specHash: 'x', imageId: '', reason: 'r', at: 5 };
  const registry = await after((rows) => {
    addKnownBad(rows, 'web/main', bad);
    addAttempt(rows, 'web/main', { of: 'container/a-1', at: 1, code: 'A', message: 'a' });
    addDeath(rows, 'web/main', now);
    addDeath(rows, 'db/main', now);
  });
  expect(await registry.write((rows) => calm(rows, 'web/main'))).toBe(true);
  expect(await registry.write((rows) => calm(rows, 'web/main'))).toBe(false);
  const { attempts, slots } = loadHistory(registry, boot, now);
  expect(attempts).toEqual({});
  expect(slots['web/main']).toMatchObject({ knownBad: [bad], deaths: [] });
  expect(slots['db/main']?.deaths).toEqual([now]);
});

test('retry forgets what was held against a service, component or job, and nobody else', async () => {
  const bad = { specHash: 'x', imageId: '', reason: 'r', at: 5 };
  const registry = await after((rows) => {
    for (const slot of ['mcr/web', 'mcr/api', 'mcrx/web']) {
      addKnownBad(rows, slot, bad);
      addAttempt(rows, slot, { of: 'container/a-1', at: 1, code: 'A', message: 'a' });
      addDeath(rows, slot, now);
    }
    addAttempt(rows, 'job/mcr/migrate', { of: 'job/mcr/migrate', at: 1, code: 'A', message: 'a' });
    putJob(rows, 'mcr/migrate', { mark: 'm', exitCode: 1, startedAt: 1, finishedAt: 2 });
    putJob(rows, 'mcr/seed', { mark: 'm', exitCode: 0, startedAt: 1, finishedAt: 2 });
  });
  expect(await registry.write((rows) => forgive(rows, 'mcr/web'))).toBe(true);
  expect(loadHistory(registry, boot, now).slots['mcr/web']).toMatchObject({ knownBad: [], deaths: [] });
  expect(loadHistory(registry, boot, now).slots['mcr/api']).toMatchObject({ knownBad: [bad], deaths: [now] });
  expect(await registry.write((rows) => forgive(rows, 'mcr'))).toBe(true);
  expect(await registry.write((rows) => forgive(rows, 'mcr'))).toBe(false);
  expect(loadHistory(registry, boot, now).attempts).toEqual({ 'mcrx/web': expect.anything() });
  expect(Object.keys(loadLedger(registry).jobs)).toEqual(['mcr/seed']);
  expect(loadHistory(registry, boot, now).slots['mcrx/web']?.knownBad).toEqual([bad]);
});

test('two hundred slots are loaded in a few milliseconds', async () => {
  const registry = open();
  await fill(registry, 200);
  const took = Array.from({ length: 7 }, () => {
    const started = performance.now();
    loadHistory(registry, 'boot', now);
    loadLedger(registry);
    return performance.now() - started;
  }).sort((a, b) => a - b);
  // 2.5 ms alone on an idle machine; the room is for a busy one.
  expect(took[0]).toBeLessThan(25);
});
