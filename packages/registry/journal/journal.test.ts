import { join } from 'node:path';
import type { Action, Journal, Resource } from '@reconcile/core';
import { expect, test } from 'vitest';
import { loadHistory, loadLedger } from '../load/index.ts';
import { openRegistry } from '../open.ts';
import { closeIntent, listHistory, openIntents } from '../tables/index.ts';
import { temporaryDir } from '../temporary.fixture.ts';
import {
  actionOn,
  awaitArgs,
  createArgs,
  lookupsOf,
  resourceFor,
  somebody,
  specOf,
  startArgs,
} from '../world.fixture.ts';
import { type Lookups, registryJournal } from './index.ts';

const v1 = resourceFor('mcr/web', 'a'.repeat(64), specOf('mcr/web', 'example.net/web:1'));
const v2 = resourceFor('mcr/web', 'b'.repeat(64), specOf('mcr/web', 'example.net/web:2'));
const image = { ...v1, key: 'image/example.net/web:1', kind: 'image', references: [] } as Resource;

function world(epoch = 0) {
  const path = join(temporaryDir(), 'registry.db');
  const registry = openRegistry(path, { mode: 'write', epoch });
  let time = 100;
  const now = () => time++;
  const journal = (lookups: Lookups, bootId = 'boot'): Journal =>
    registryJournal(registry, { bootId, generation: 1, commit: 'c1', principal: somebody, lookups, now });
  const history = () => loadHistory(registry, 'boot', time);
  const run = async (on: Journal, action: Action, facts?: Record<string, string>) => {
    await on.begin([action]);
    await on.done(action, facts, now());
  };
  return { path, registry, journal, history, run, now };
}

async function bringUp(w: ReturnType<typeof world>, resource: Resource, lookups: Partial<Lookups> = {}) {
  const journal = w.journal(lookupsOf(resource, lookups));
  const id = `id-${resource.specHash.slice(0, 2)}`;
  await w.run(journal, actionOn(resource, 'create', createArgs(resource)), { id, imageId: 'sha256:1' });
  await w.run(journal, actionOn(resource, 'start', startArgs(resource)));
  await w.run(journal, actionOn(resource, 'await', awaitArgs(resource)));
  return journal;
}

test('a first start: record, pin, readiness, last good with what it needs, and a story', async () => {
  const w = world();
  await bringUp(w, v1, { desired: (key) => (key === image.key ? image : undefined) });
  const ledger = loadLedger(w.registry);
  expect(ledger.containers['mcr-web-aaaaaaaa']).toMatchObject({
    id: 'id-aa',
    slot: 'mcr/web',
    spec: v1.spec,
    aliased: false,
    health: { state: 'healthy' },
  });
  expect(ledger.pins).toEqual({ 'example.net/web:1': { imageId: 'sha256:1' } });
  const slot = w.history().slots['mcr/web'];
  expect(slot).toMatchObject({ readySinceBoot: true, deaths: [], reverts: [], knownBad: [] });
  expect(slot?.lastGood).toMatchObject({ resource: { key: v1.key }, imageId: 'sha256:1', needs: [{ key: image.key }] });
  expect(w.registry.read((rows) => listHistory(rows)).map(({ what }) => what)).toEqual(['ready', 'started', 'created']);
  expect(w.registry.read(openIntents)).toEqual([]);
});

test('what is about to start again has its gate to pass again, wherever we end', async () => {
  const w = world();
  const journal = await bringUp(w, v1);
  const health = () => loadLedger(w.registry).containers['mcr-web-aaaaaaaa']?.health?.state;
  expect(health()).toBe('healthy');
  await journal.begin([actionOn(v1, 'start', startArgs(v1))]);
  expect(health()).toBeUndefined();
  await w.run(journal, actionOn(v1, 'await', awaitArgs(v1)));
  expect(health()).toBe('healthy');
});

test('an intent is there before its effect; the name of a container to be made is ours from then on', async () => {
  const w = world(7);
  const journal = w.journal(lookupsOf(v1));
  const create = actionOn(v1, 'create', createArgs(v1));
  await journal.begin([create, actionOn(image, 'pull', { ref: 'example.net/web:1' })]);
  expect(w.registry.read(openIntents)).toMatchObject([
    { actionId: create.id, verb: 'create', epoch: 7, commit: 'c1', bootId: 'boot', by: somebody },
    { actionId: 'image/example.net/web:1#pull' },
  ]);
  expect(loadLedger(w.registry).containers['mcr-web-aaaaaaaa']).toMatchObject({
    id: '',
    slot: 'mcr/web',
    spec: v1.spec,
  });
});

test('a crash after the effect: the next pass starts what it found, and the record is whole again', async () => {
  const w = world();
  await w.journal(lookupsOf(v1)).begin([actionOn(v1, 'create', createArgs(v1))]);
  const next = w.journal(lookupsOf(v1));
  await w.run(next, actionOn(v1, 'start', startArgs(v1)), { id: 'id-found' });
  expect(w.registry.read(openIntents)).toEqual([]);
  expect(loadLedger(w.registry).containers['mcr-web-aaaaaaaa']).toMatchObject({
    id: 'id-found',
    specHash: v1.specHash,
  });
});

test('removed by hand and made again counts as one revert; our own rebuild as one, not two', async () => {
  const w = world();
  const journal = await bringUp(w, v1);
  await w.run(journal, actionOn(v1, 'create', createArgs(v1)), { id: 'id-2' });
  expect(w.history().slots['mcr/web']?.reverts).toHaveLength(1);
  await w.run(journal, actionOn(v1, 'delete', { name: 'mcr-web-aaaaaaaa', id: 'id-2', leftover: false, revert: true }));
  await w.run(journal, actionOn(v1, 'create', createArgs(v1)), { id: 'id-3' });
  expect(w.history().slots['mcr/web']?.reverts).toHaveLength(2);
});

test('a replacement whose gate expires is known bad, the good version stays known, and nothing backs off', async () => {
  const w = world();
  await bringUp(w, v1);
  const journal = w.journal(lookupsOf(v2));
  const gate = actionOn(v2, 'await', awaitArgs(v2, { replacement: true }));
  await w.run(journal, actionOn(v2, 'create', createArgs(v2)), { id: 'id-bb', imageId: 'sha256:2' });
  await journal.begin([gate]);
  await journal.failed(gate, { code: 'GATE_EXPIRED', message: 'never ready', expired: true }, w.now());
  const { slots, attempts } = w.history();
  expect(slots['mcr/web']).toMatchObject({
    readySinceBoot: true,
    gateExpired: { key: v2.key, reason: 'never ready' },
    knownBad: [{ specHash: v2.specHash, imageId: 'sha256:2', reason: 'never ready' }],
  });
  expect(slots['mcr/web']?.lastGood?.resource.key).toBe(v1.key);
  expect(attempts).toEqual({});
  await w.run(w.journal(lookupsOf(v1)), actionOn(v1, 'await', awaitArgs(v1)));
  expect(w.history().slots['mcr/web']?.gateExpired).toBeUndefined();
});

test('failures of a first version add up over create, start and gate, until it is ready', async () => {
  const w = world();
  const journal = w.journal(lookupsOf(v1));
  for (const verb of ['create', 'start', 'await'] as const) {
    const args = verb === 'await' ? awaitArgs(v1) : createArgs(v1);
    await journal.failed(actionOn(v1, verb, args), { code: 'X', message: verb, expired: verb === 'await' }, w.now());
  }
  expect(w.history().attempts).toMatchObject({ 'mcr/web': { failures: 3, message: 'await' } });
  await w.run(journal, actionOn(v1, 'start', startArgs(v1)));
  expect(w.history().attempts['mcr/web']?.failures).toBe(3);
  await w.run(journal, actionOn(v1, 'await', awaitArgs(v1)));
  expect(w.history().attempts).toEqual({});
});

test('a holder that was superseded is refused before it can act', async () => {
  const w = world(1);
  const first = w.journal(lookupsOf(v1));
  await first.begin([actionOn(v1, 'create', createArgs(v1))]);
  const second = openRegistry(w.path, { mode: 'write', epoch: 2 });
  await second.write((rows) => closeIntent(rows, `${v1.key}#create`));
  await expect(first.begin([actionOn(v2, 'create', createArgs(v2))])).rejects.toMatchObject({
    code: 'REGISTRY_SUPERSEDED',
  });
  await expect(first.done(actionOn(v1, 'create', createArgs(v1)), { id: 'x' }, 1)).rejects.toMatchObject({
    code: 'REGISTRY_SUPERSEDED',
  });
  expect(second.read(openIntents)).toEqual([]);
  await second.close();
});

test('no actions: nothing is begun', async () => {
  const w = world();
  await w.registry.close();
  await w.journal(lookupsOf(v1)).begin([]);
});
