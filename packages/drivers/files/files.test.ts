import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat, statfs, symlink, writeFile } from 'node:fs/promises';
import { type Action, isFleetError } from '@reconcile/core';
import { createHost } from '@reconcile/host';
import { NodeWorld } from '@reconcile/testkit/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { filesDriver } from './driver.ts';
import { blobPath } from './observe/copy.ts';

let world: NodeWorld;
let files = '';
const driver = () => world.bare('file');
const settings = () => ({ stateDir: `${world.root}/state`, filesDir: files, secretValue: async () => undefined });

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

describe('a file with secrets in it', () => {
  const secrets = ['pass'];
  const path = () => `${world.filled}/web-1/a`;
  const give = (value: string) => writeFile(`${world.root}/secrets/pass`, value, { mode: 0o600 });
  const values = async () => ((await seen())[0]?.state as { values?: Record<string, string> } | undefined)?.values;

  test('lies in memory alone, for its owner; what is told of it is its template and a keyed mark', async () => {
    await give('hush\n');
    const hash = await world.blob('pass = "{{secret:pass}}"\n');
    await apply(fileAction('create', 'a', { hash, mode: '0400', secrets }));
    expect(await readFile(path(), 'utf8')).toBe('pass = "hush"\n');
    expect((await stat(path())).mode & 0o777).toBe(0o400);
    expect((await statfs(path())).type).toBe(0x01021994);
    expect((await stat(world.filled)).mode & 0o777).toBe(0o700);
    expect(await readdir(files)).toEqual([]);
    expect(await seen()).toMatchObject([{ key: 'file/web-1/a', state: { hash, mode: '0400' } }]);
    const mark = (await values())?.pass ?? '';
    expect(mark).toMatch(/^[0-9a-f]{64}$/);
    expect(mark).not.toBe(createHash('sha256').update('hush\n').digest('hex'));
    const note = await readFile(`${world.filled}/web-1/.owned/a`, 'utf8');
    expect(note).not.toContain('hush');
  });

  test('another value is written into the same inode; the mark is another', async () => {
    await give('one');
    const hash = await world.blob('{{secret:pass}}');
    await apply(fileAction('create', 'a', { hash, mode: '0400', secrets }));
    const [before, mark] = [await stat(path()), await values()];
    await give('two');
    await apply(fileAction('update', 'a', { hash, mode: '0400', secrets }));
    expect([await readFile(path(), 'utf8'), (await stat(path())).ino]).toEqual(['two', before.ino]);
    expect(await values()).not.toEqual(mark);
  });

  test('an edit by hand is seen, and hashed for nobody; gone with the memory it is not there', async () => {
    await give('one');
    const hash = await world.blob('{{secret:pass}}');
    await apply(fileAction('create', 'a', { hash, mode: '0400', secrets }));
    await chmod(path(), 0o600);
    await writeFile(path(), 'edited');
    await chmod(path(), 0o400);
    expect((await seen())[0]?.state).toEqual({ hash: '', mode: '0400' });
    await rm(`${world.filled}/web-1/.owned`, { recursive: true });
    expect((await seen())[0]?.state).toEqual({ hash: '', mode: '0400' });
    await rm(world.filled, { recursive: true });
    expect(await seen()).toEqual([]);
    await apply(fileAction('create', 'a', { hash, mode: '0400', secrets }));
    expect((await seen())[0]?.state).toMatchObject({ hash });
    await apply(fileAction('delete', 'a'));
    expect(await readdir(world.filled)).toEqual([]);
  });

  test('without a value nothing is written', async () => {
    const hash = await world.blob('{{secret:pass}}');
    expect(await codeOf(apply(fileAction('create', 'a', { hash, secrets })))).toBe('FILE_VALUE_MISSING');
    expect(await seen()).toEqual([]);
  });

  test('without memory, or in a place that others may look into, it is refused', async () => {
    await give('one');
    const spec = { hash: await world.blob('{{secret:pass}}'), secrets };
    const nowhere = filesDriver({ ...settings(), filledDir: async () => undefined });
    expect(await codeOf(nowhere.apply(world.applying(), fileAction('create', 'a', spec)))).toBe('FILE_NO_MEMORY');
    await mkdir(world.filled, { mode: 0o755 });
    expect(await codeOf(apply(fileAction('create', 'a', spec)))).toBe('FILE_PLACE_REFUSED');
    await rm(world.filled, { recursive: true });
    await symlink(files, world.filled);
    expect(await codeOf(apply(fileAction('create', 'a', spec)))).toBe('FILE_PLACE_REFUSED');
    expect(await readdir(files)).toEqual([]);
  });
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
