import type { Action, ActionFailure, Facts, Resource } from '@reconcile/core';
import { describe, expect, test } from 'vitest';
import { actionOn, awaitArgs, createArgs, resourceFor, specOf, startArgs } from '../world.fixture.ts';
import { effectsOf } from './effects.ts';
import type { RowOperation } from './operation.ts';
import type { Recall } from './recall.ts';

const old = resourceFor('mcr/web', 'a'.repeat(64), specOf('mcr/web', 'example.net/web:1'));
const next = resourceFor('mcr/web', 'b'.repeat(64), specOf('mcr/web', 'example.net/web:2'));
const good = { resource: old, imageId: 'sha256:1', needs: [], at: 1 };

const nothing: Recall = {
  at: 1000,
  bootId: 'boot',
  begunAt: undefined,
  resource: undefined,
  needs: [],
  gate: undefined,
  readySinceBoot: false,
  lastGoodKey: undefined,
  lastGood: undefined,
  typicalReadyMs: undefined,
  recordedId: undefined,
  pin: undefined,
};

const recorded = (resource: Resource) => {
  const { name, spec, specHash, schema } = createArgs(resource);
  return { name, slot: resource.slot, spec, specHash, schema };
};
const slotted = (action: Action) => ({ row: 'success', key: action.key });
const failure = (more: Partial<ActionFailure> = {}): ActionFailure => ({
  code: 'X',
  message: 'no',
  expired: false,
  ...more,
});
const other = (key: Resource['key'], verb: Action['verb'], args: object): Action =>
  actionOn({ ...old, key, kind: key.slice(0, key.indexOf('/')), slot: key }, verb, args);

/** History lines have a table of their own; here only what is decided by. */
const facts = (operations: RowOperation[]) => operations.filter(({ row }) => row !== 'history');

describe('done', () => {
  const create = actionOn(next, 'create', createArgs(next));
  const start = actionOn(next, 'start', startArgs(next));
  const gate = actionOn(next, 'await', awaitArgs(next));
  const ready = { row: 'ready', slot: 'mcr/web', bootId: 'boot', typicalReadyMs: undefined };
  const healthy = { row: 'health', key: next.key, state: 'healthy', message: 'gate passed' };
  const over = { row: 'undo-over', slot: 'mcr/web' };
  const saving = actionOn(next, 'snapshot', { snapshot: 'before-bbbbbbbb', sources: ['d'], specHash: next.specHash });
  const restoring = actionOn(old, 'restore', { snapshot: 'before-bbbbbbbb' });
  const adopting = (identity: string) => other('volume/d', 'adopt', { name: 'd', identity, nonEmpty: true });
  const clean = [slotted(gate), { row: 'success', key: 'mcr/web' }];
  const lastGood = (imageId: string) => ({
    row: 'last-good',
    slot: 'mcr/web',
    good: { resource: next, imageId, needs: [], at: 1000 },
  });

  const cases: [string, Action, Facts | undefined, Partial<Recall>, object[]][] = [
    [
      'create: the container with its id',
      create,
      { id: 'abc' },
      {},
      [{ row: 'made', recorded: recorded(next), id: 'abc', aliased: false }, slotted(create)],
    ],
    [
      'create with aliases: they are given',
      actionOn(next, 'create', { ...createArgs(next), aliases: ['web'] }),
      { id: 'abc' },
      {},
      [{ row: 'made', recorded: recorded(next), id: 'abc', aliased: true }, slotted(create)],
    ],
    [
      'create: the image is pinned at first use',
      create,
      { id: 'abc', imageId: 'sha256:2' },
      {},
      [
        { row: 'made', recorded: recorded(next), id: 'abc', aliased: false },
        { row: 'pin', ref: 'example.net/web:2', pin: { imageId: 'sha256:2' } },
        slotted(create),
      ],
    ],
    [
      'create: a pin that is there stays',
      create,
      { id: 'abc', imageId: 'sha256:2' },
      { pin: { imageId: 'sha256:1' } },
      [{ row: 'made', recorded: recorded(next), id: 'abc', aliased: false }, slotted(create)],
    ],
    [
      'create of what was good and in the ledger: somebody removed it by hand',
      create,
      { id: 'new' },
      { readySinceBoot: true, lastGoodKey: next.key, recordedId: 'old' },
      [
        { row: 'made', recorded: recorded(next), id: 'new', aliased: false },
        { row: 'revert', slot: 'mcr/web' },
        slotted(create),
      ],
    ],
    [
      'create of what we removed ourselves: no revert',
      create,
      { id: 'new' },
      { readySinceBoot: true, lastGoodKey: next.key, recordedId: undefined },
      [{ row: 'made', recorded: recorded(next), id: 'new', aliased: false }, slotted(create)],
    ],
    [
      'create after a boot: no revert',
      create,
      { id: 'new' },
      { readySinceBoot: false, lastGoodKey: next.key, recordedId: 'old' },
      [{ row: 'made', recorded: recorded(next), id: 'new', aliased: false }, slotted(create)],
    ],
    [
      'start: the spec it runs with',
      start,
      undefined,
      {},
      [{ row: 'respecified', recorded: recorded(next) }, slotted(start)],
    ],
    [
      'start after a death: counted',
      actionOn(next, 'start', startArgs(next, { diedAt: 77 })),
      undefined,
      {},
      [{ row: 'respecified', recorded: recorded(next) }, { row: 'death', slot: 'mcr/web', at: 77 }, slotted(start)],
    ],
    [
      'start that puts a hand back: counted',
      actionOn(next, 'start', startArgs(next, { revert: true })),
      undefined,
      {},
      [{ row: 'respecified', recorded: recorded(next) }, { row: 'revert', slot: 'mcr/web' }, slotted(start)],
    ],
    [
      'snapshot: known for which version',
      saving,
      undefined,
      {},
      [{ row: 'undo', slot: 'mcr/web', specHash: next.specHash, snapshot: 'before-bbbbbbbb' }, slotted(saving)],
    ],
    ['restore: the data is what it was', restoring, undefined, {}, [over, slotted(restoring)]],
    [
      'data taken as it is',
      adopting('1:2:3'),
      undefined,
      {},
      [{ row: 'data', name: 'd', identity: '1:2:3', nonEmpty: true }, slotted(adopting('1:2:3'))],
    ],
    ['data that is gone', adopting(''), undefined, {}, [{ row: 'data-gone', name: 'd' }, slotted(adopting(''))]],
    ['await: ready since boot, attempts of the slot forgotten', gate, undefined, {}, [ready, healthy, ...clean]],
    ['await: the version is good', gate, undefined, { resource: next }, [ready, healthy, lastGood(''), over, ...clean]],
    [
      'await: with the image it was pinned to meanwhile',
      gate,
      undefined,
      { resource: next, pin: { imageId: 'sha256:2' } },
      [ready, healthy, lastGood('sha256:2'), over, ...clean],
    ],
    [
      'await: the adopted key, not the freshly hashed one',
      actionOn(next, 'await', awaitArgs(next)),
      undefined,
      { resource: { ...next, key: 'container/x' } },
      [ready, healthy, lastGood(''), over, ...clean],
    ],
    [
      'await: how long it took',
      gate,
      undefined,
      { begunAt: 400 },
      [{ ...ready, typicalReadyMs: 600 }, healthy, ...clean],
    ],
    [
      'await: mostly as long as before',
      gate,
      undefined,
      { begunAt: 400, typicalReadyMs: 300 },
      [{ ...ready, typicalReadyMs: 400 }, healthy, ...clean],
    ],
    [
      'alias',
      actionOn(next, 'alias', {}),
      undefined,
      {},
      [{ row: 'aliased', name: 'mcr-web-bbbbbbbb' }, slotted(create)],
    ],
    [
      'signal: the spec it now runs with',
      actionOn(next, 'signal', startArgs(next)),
      undefined,
      {},
      [{ row: 'respecified', recorded: recorded(next) }, slotted(create)],
    ],
    [
      'stop: its end is no death',
      actionOn(next, 'stop', {}),
      undefined,
      {},
      [{ row: 'stopped', slot: 'mcr/web' }, slotted(create)],
    ],
    [
      'delete: its record goes',
      actionOn(next, 'delete', { name: 'mcr-web-bbbbbbbb', revert: false }),
      undefined,
      {},
      [{ row: 'gone', name: 'mcr-web-bbbbbbbb' }, slotted(create)],
    ],
    [
      'delete of what a hand made: counted',
      actionOn(next, 'delete', { name: 'mcr-web-bbbbbbbb', revert: true }),
      undefined,
      {},
      [{ row: 'gone', name: 'mcr-web-bbbbbbbb' }, { row: 'revert', slot: 'mcr/web' }, slotted(create)],
    ],
    [
      'pull: pinned',
      other('image/example.net/web:2', 'pull', { ref: 'example.net/web:2', build: null, imageId: '', digest: null }),
      { imageId: 'sha256:2', digest: 'sha256:d' },
      {},
      [
        { row: 'pin', ref: 'example.net/web:2', pin: { imageId: 'sha256:2', digest: 'sha256:d' } },
        { row: 'image', ref: 'example.net/web:2', imageId: 'sha256:2', services: old.services },
        { row: 'success', key: 'image/example.net/web:2' },
      ],
    ],
    [
      'image removed: no longer ours, and what it meant stays known',
      other('image/example.net/web:2', 'delete', { ref: 'example.net/web:2', imageId: 'sha256:2' }),
      undefined,
      {},
      [
        { row: 'image-gone', ref: 'example.net/web:2' },
        { row: 'success', key: 'image/example.net/web:2' },
      ],
    ],
    [
      'tag put back: the pin stays as it was',
      other('image/example.net/web:2', 'update', {
        ref: 'example.net/web:2',
        build: null,
        imageId: 'sha256:2',
        digest: 'sha256:d',
      }),
      undefined,
      {},
      [
        { row: 'pin', ref: 'example.net/web:2', pin: { imageId: 'sha256:2', digest: 'sha256:d' } },
        { row: 'success', key: 'image/example.net/web:2' },
      ],
    ],
    [
      'pull that does not say what it got: nothing pinned',
      other('image/x', 'pull', { ref: 'x', build: null, imageId: '', digest: null }),
      undefined,
      {},
      [{ row: 'success', key: 'image/x' }],
    ],
    [
      'lease',
      other('port-lease/web-1/', 'acquire', { port: 10_000 }),
      undefined,
      {},
      [
        { row: 'lease', key: 'port-lease/web-1/', port: 10_000 },
        { row: 'success', key: 'port-lease/web-1/' },
      ],
    ],
    [
      'lease given back',
      other('port-lease/web-1/', 'delete', {}),
      undefined,
      {},
      [
        { row: 'lease-gone', key: 'port-lease/web-1/' },
        { row: 'success', key: 'port-lease/web-1/' },
      ],
    ],
    [
      'secret',
      other('secret/db', 'create', { name: 'db', hmac: 'h1' }),
      { hmac: 'h2' },
      {},
      [
        { row: 'secret', name: 'db', hmac: 'h2' },
        { row: 'success', key: 'secret/db' },
      ],
    ],
    [
      'secret removed',
      other('secret/db', 'delete', { name: 'db', hmac: null }),
      undefined,
      {},
      [
        { row: 'secret-gone', name: 'db' },
        { row: 'success', key: 'secret/db' },
      ],
    ],
    [
      'network',
      other('network/web', 'create', { spec: null }),
      { id: 'n' },
      {},
      [{ row: 'success', key: 'network/web' }],
    ],
    ['volume', other('volume/web', 'create', { spec: null }), undefined, {}, [{ row: 'success', key: 'volume/web' }]],
  ];

  test.each(cases)('%s', (_name, ...[action, given, recall, expected]) => {
    expect(facts(effectsOf(action, { done: given }, { ...nothing, ...recall }))).toEqual(expected);
  });

  test('job: its mark, and the request it was for', () => {
    const run = {
      name: 'n',
      spec: { when: 'manual', run: { image: 'i' } },
      specHash: 'h',
      bootId: 'boot',
      requestId: 'r1',
    };
    const mark = { mark: 'm', exitCode: 3, startedAt: 5, finishedAt: 9 };
    const operations = effectsOf(other('job/mcr/migrate', 'run', run), { done: mark }, nothing);
    expect(facts(operations)).toEqual([
      { row: 'job', slot: 'job/mcr/migrate', mark },
      { row: 'run-ended', slot: 'job/mcr/migrate', mark },
      { row: 'request-closed', id: 'r1' },
      { row: 'success', key: 'job/mcr/migrate' },
    ]);
    expect(operations).toContainEqual(expect.objectContaining({ row: 'history', what: 'ran', to: 'i', why: 'exit 3' }));
  });
});

describe('failed', () => {
  const gate = (more = {}) => actionOn(next, 'await', awaitArgs(next, more));
  const attempt = (key: string, of = key) => ({ row: 'attempt', key, of, code: 'X', message: 'no' });
  const expired = [
    { row: 'gate-expired', slot: 'mcr/web', expired: { key: next.key, at: 1000, reason: 'no' } },
    { row: 'health', key: next.key, state: 'unhealthy', message: 'no' },
  ];
  const bad = (imageId = '') => ({
    row: 'known-bad',
    slot: 'mcr/web',
    bad: { specHash: next.specHash, imageId, reason: 'no', at: 1000 },
  });
  const replacing = { gate: awaitArgs(next, { replacement: true }), lastGood: good };

  const cases: [string, Action, Partial<ActionFailure>, Partial<Recall>, object[]][] = [
    [
      'gate of a replacement expired: known bad, no attempt',
      gate({ replacement: true, imageId: 'sha256:2' }),
      { expired: true },
      {},
      [...expired, bad('sha256:2')],
    ],
    [
      'gate of a replacement expired, image pinned meanwhile',
      gate({ replacement: true }),
      { expired: true },
      { pin: { imageId: 'sha256:9' } },
      [...expired, bad('sha256:9')],
    ],
    [
      'gate of a first version expired: an attempt of the slot',
      gate(),
      { expired: true },
      {},
      [...expired, attempt('mcr/web', next.key)],
    ],
    [
      'await that could not look: an attempt, nothing learnt',
      gate({ replacement: true }),
      {},
      {},
      [attempt('mcr/web', next.key)],
    ],
    [
      'create of a replacement that will never work: known bad',
      actionOn(next, 'create', createArgs(next)),
      { retry: 'on-change' },
      replacing,
      [bad()],
    ],
    [
      'start of a replacement that will never work: known bad',
      actionOn(next, 'start', startArgs(next)),
      { retry: 'never' },
      replacing,
      [bad()],
    ],
    [
      'create that may work later',
      actionOn(next, 'create', createArgs(next)),
      { retry: 'backoff' },
      replacing,
      [attempt('mcr/web', next.key)],
    ],
    [
      'create, driver does not say',
      actionOn(next, 'create', createArgs(next)),
      {},
      replacing,
      [attempt('mcr/web', next.key)],
    ],
    [
      'create of a first version',
      actionOn(next, 'create', createArgs(next)),
      { retry: 'never' },
      { gate: awaitArgs(next) },
      [attempt('mcr/web', next.key)],
    ],
    ['alias: of the slot', actionOn(next, 'alias', {}), {}, {}, [attempt('mcr/web', next.key)]],
    ['stop: of the container', actionOn(next, 'stop', {}), { retry: 'never' }, replacing, [attempt(next.key)]],
    ['delete: of the container', actionOn(next, 'delete', {}), {}, {}, [attempt(next.key)]],
    ['pull: of the image', other('image/x', 'pull', {}), { retry: 'never' }, {}, [attempt('image/x')]],
    [
      'job: of the job',
      other('job/mcr/migrate', 'run', { requestId: 'r1' }),
      {},
      {},
      [{ row: 'run-failed', slot: 'job/mcr/migrate' }, attempt('job/mcr/migrate')],
    ],
    [
      'job: a request that cannot be fulfilled is closed',
      other('job/mcr/migrate', 'run', { requestId: 'r1' }),
      { retry: 'never' },
      {},
      [{ row: 'run-failed', slot: 'job/mcr/migrate' }, { row: 'request-closed', id: 'r1' }, attempt('job/mcr/migrate')],
    ],
  ];

  test.each(cases)('%s', (_name, ...[action, how, recall, expected]) => {
    expect(facts(effectsOf(action, { failed: failure(how) }, { ...nothing, ...recall }))).toEqual(expected);
  });
});

test('what is written for people: what happened, from what to what, and why', () => {
  const told = (action: Action, recall: Partial<Recall>) =>
    effectsOf(action, { done: undefined }, { ...nothing, ...recall }).filter(({ row }) => row === 'history');
  expect(told(actionOn(next, 'create', createArgs(next)), { lastGood: good })).toEqual([
    {
      row: 'history',
      slot: 'mcr/web',
      what: 'created',
      from: 'example.net/web:1',
      to: 'example.net/web:2',
      why: 'Missing',
    },
  ]);
  const changed = { ...actionOn(next, 'stop', {}), reason: { code: 'Changed' as const, fields: ['env.A', 'image'] } };
  expect(told(changed, {})).toMatchObject([{ what: 'stopped', why: 'Changed: env.A, image' }]);
});
