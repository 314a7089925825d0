import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { type Action, isFleetError } from '@reconcile/core';
import { createHost } from '@reconcile/host';
import { NodeWorld } from '@reconcile/testkit/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { filesDriver } from './driver.ts';
import { blobPath } from './observe/copy.ts';

let world: NodeWorld;
let files = '';
const driver = () => filesDriver({ stateDir: `${world.root}/state`, filesDir: files });

beforeEach(async () => {
  world = await NodeWorld.make({ host: createHost() });
  files = `${world.root}/files`;
});
afterEach(() => world.close());

const fileAction = (verb: Action['verb'], target: string, spec?: object): Action => ({
  id: '',
  key: `file/web-1/${target}`,
  slot: '',
  services: ['web'],
  kind: 'file',
  verb,
  phase: 'make',
  needs: [],
  args: {
    container: 'web-1',
    ...(spec === undefined ? {} : { spec: { target: `/${target}`, mode: '0640', owner: '', secrets: [], ...spec } }),
  },
  risk: 'safe',
  reason: { code: 'Missing' },
  timeoutMs: 1000,
});
const apply = (action: Action) => driver().apply(world.applying(), action);
const seen = async () => (await driver().observe(world.observing())).resources;
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (isFleetError(error) ? error.code : error),
  );

test('made with its mode, rewritten in the same inode, removed with its directory', async () => {
  const one = await world.blob('one');
  const two = await world.blob('two');
  await apply(fileAction('create', 'etc/a.conf', { hash: one }));
  const path = `${files}/web-1/etc__a.conf`;
  const before = await stat(path);
  expect([await readFile(path, 'utf8'), before.mode & 0o777]).toEqual(['one', 0o640]);
  expect(await seen()).toMatchObject([
    { key: 'file/web-1/etc/a.conf', owner: 'managed', state: { hash: one, mode: '0640' } },
  ]);
  await apply(fileAction('update', 'etc/a.conf', { hash: two, mode: '0400' }));
  const after = await stat(path);
  expect([await readFile(path, 'utf8'), after.mode & 0o777, after.ino]).toEqual(['two', 0o400, before.ino]);
  await apply(fileAction('create', 'b', { hash: one }));
  await apply(fileAction('delete', 'etc/a.conf'));
  expect(await readdir(`${files}/web-1`)).toEqual(['b']);
  await apply(fileAction('delete', 'b'));
  await apply(fileAction('delete', 'b'));
  expect(await readdir(files)).toEqual([]);
});

test('an edit of a copy, or of its mode, is seen', async () => {
  const one = await world.blob('one');
  await apply(fileAction('create', 'a', { hash: one }));
  await writeFile(`${files}/web-1/a`, 'edited');
  expect((await seen())[0]?.state).not.toMatchObject({ hash: one });
  await apply(fileAction('update', 'a', { hash: one }));
  await chmod(`${files}/web-1/a`, 0o666);
  expect((await seen())[0]?.state).toMatchObject({ hash: one, mode: '0666' });
});

test('copies nobody asked for are seen, by their target', async () => {
  await mkdir(`${files}/gone-1`);
  await writeFile(`${files}/gone-1/etc__x__y.conf`, '');
  expect(await seen()).toMatchObject([{ key: 'file/gone-1/etc/x/y.conf' }]);
});

test('content that is missing or damaged is not mounted', async () => {
  expect(await codeOf(apply(fileAction('create', 'a', { hash: 'a'.repeat(64) })))).toBe('FILE_BLOB_MISSING');
  const one = await world.blob('one');
  await writeFile(blobPath(`${world.root}/state`, one), 'other');
  expect(await codeOf(apply(fileAction('create', 'a', { hash: one })))).toBe('FILE_BLOB_DAMAGED');
  expect(await seen()).toEqual([]);
});

test.each([
  ['a hash that is a path', { hash: '../../etc/passwd' }],
  ['an owner by name', { owner: 'root' }],
])('%s is refused', async (_name, spec) => {
  const one = await world.blob('one');
  expect(await codeOf(apply(fileAction('create', 'a', { hash: one, ...spec })))).toBe('FILE_PLACE_REFUSED');
});

test('secrets inside files wait for their issue, and say so', async () => {
  const one = await world.blob('one');
  expect(await codeOf(apply(fileAction('create', 'a', { hash: one, secrets: ['x'] })))).toBe('PODMAN_NOT_SUPPORTED');
});

test('a link in place of a copy is replaced, never written through', async () => {
  const outside = `${world.root}/victim`;
  await writeFile(outside, 'mine');
  await mkdir(`${files}/web-1`);
  await symlink(outside, `${files}/web-1/a`);
  const one = await world.blob('one');
  expect((await seen())[0]?.state).toMatchObject({ hash: '' });
  await apply(fileAction('update', 'a', { hash: one }));
  expect(await readFile(outside, 'utf8')).toBe('mine');
  expect((await seen())[0]?.state).toMatchObject({ hash: one });
});
