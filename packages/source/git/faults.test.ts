import { chmodSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SnapshotOptions } from '../contract.ts';
import { definition, type SampleRepository, Sandbox } from './sample-repository.fixture.ts';
import { gitSource } from './source.ts';

// Recipes of the fault matrix, row 22, on real repositories: each must be told apart, and nothing of it is an empty fleet.

let box: Sandbox;
let repo: SampleRepository;
let first = '';
beforeEach(() => {
  box = new Sandbox();
  repo = box.sample('fleet');
  first = repo.git('rev-parse', 'HEAD');
});
afterEach(() => box.remove());

const snapshot = (options: SnapshotOptions = {}) => gitSource(box.settings(repo.path)).snapshot(box.context(), options);
const object = (id: string) => join(repo.path, '.git/objects', id.slice(0, 2), id.slice(2));

function overwrite(path: string, content: string): void {
  chmodSync(path, 0o644);
  writeFileSync(path, content);
}

describe('what is not there', () => {
  test('the repository was deleted', async () => {
    rmSync(repo.path, { recursive: true });
    expect(await snapshot()).toMatchObject({
      problem: 'Missing',
      message: expect.stringContaining('no such directory'),
    });
  });

  test('a directory that is no repository, inside one', async () => {
    repo.write('sub/x', '');
    expect(await gitSource(box.settings(join(repo.path, 'sub'))).snapshot(box.context())).toMatchObject({
      problem: 'Missing',
      message: expect.stringContaining('not a git repository'),
    });
  });

  test('the branch was deleted, and another remains', async () => {
    repo.git('branch', '-m', 'main', 'other');
    expect(await snapshot()).toMatchObject({ problem: 'Missing', message: expect.stringContaining('no branch main') });
  });

  test('no commit yet', async () => {
    repo = box.repository('unborn');
    expect(await snapshot()).toMatchObject({ problem: 'Empty' });
  });

  test('a commit removed everything', async () => {
    repo.git('rm', '-rq', 'services', 'fleet.toml');
    repo.commit({ README: 'left' });
    expect(await snapshot({ lastCommit: first })).toMatchObject({ problem: 'Empty' });
  });
});

describe('rewritten history', () => {
  test('a forced older commit', async () => {
    const last = repo.commit({ 'services/b.toml': definition });
    repo.git('reset', '-q', '--hard', first);
    expect(await snapshot({ lastCommit: last })).toMatchObject({ problem: 'HistoryRewritten' });
    expect((await snapshot({ lastCommit: last, acknowledged: true })).ok?.commit).toBe(first);
  });

  test('an amended commit, with the old one gone for good', async () => {
    const last = repo.commit({ 'services/b.toml': definition });
    repo.git('commit', '-q', '--amend', '-m', 'amended');
    repo.git('reflog', 'expire', '--expire=now', '--all');
    repo.git('gc', '-q', '--prune=now');
    expect(await snapshot({ lastCommit: last })).toMatchObject({ problem: 'HistoryRewritten' });
    expect((await snapshot({ lastCommit: last, acknowledged: true })).ok?.message).toBe('amended');
  });

  test('an unrelated history', async () => {
    repo.git('checkout', '-q', '--orphan', 'fresh');
    repo.commit({ 'services/c.toml': definition });
    repo.git('branch', '-M', 'fresh', 'main');
    expect(await snapshot({ lastCommit: first })).toMatchObject({ problem: 'HistoryRewritten' });
  });

  test('a shallow clone cannot tell, and says how to help it', async () => {
    repo.commit({ 'services/b.toml': definition });
    const last = first;
    repo = box.clone(repo, 'shallow', '--depth=1');
    expect((await snapshot()).ok).toBeDefined();
    expect(await snapshot({ lastCommit: last })).toMatchObject({
      problem: 'HistoryRewritten',
      hint: expect.stringContaining('--unshallow'),
    });
    repo.git('fetch', '-q', '--unshallow');
    expect((await snapshot({ lastCommit: last })).ok).toBeDefined();
  });
});

describe('damage', () => {
  const blob = () => repo.git('rev-parse', 'HEAD:services/web.toml');

  test.each([
    ['a blob is gone', () => rmSync(object(blob()), { force: true })],
    [
      'a blob is cut',
      () => {
        chmodSync(object(blob()), 0o644);
        truncateSync(object(blob()), 10);
      },
    ],
    ['a blob is noise', () => overwrite(object(blob()), 'noise')],
    ['a tree is gone', () => rmSync(object(repo.git('rev-parse', 'HEAD:services')), { force: true })],
    ['the commit is gone', () => rmSync(object(first), { force: true })],
    ['the commit is empty', () => overwrite(object(first), '')],
    ['the ref is empty after power loss', () => overwrite(join(repo.path, '.git/refs/heads/main'), '')],
    ['the ref is noise', () => overwrite(join(repo.path, '.git/refs/heads/main'), 'noise')],
    ['the ref names a blob', () => overwrite(join(repo.path, '.git/refs/heads/main'), `${blob()}\n`)],
    ['all objects are gone', () => rmSync(join(repo.path, '.git/objects'), { recursive: true })],
    [
      'a blob says something else under the same name',
      () => {
        const other = repo.pipe('name = "evil"\n', 'hash-object', '-w', '--stdin');
        const target = object(blob());
        chmodSync(target, 0o644);
        writeFileSync(target, readFileSync(object(other)));
      },
    ],
  ])('%s', async (_, damage) => {
    damage();
    expect(await snapshot()).toMatchObject({ problem: 'Corrupt', hint: expect.stringContaining('fsck') });
  });

  test('a commit between the last one and the head is gone', async () => {
    const middle = repo.commit({ 'services/b.toml': definition });
    repo.commit({ 'services/c.toml': definition });
    rmSync(object(middle));
    expect(await snapshot({ lastCommit: first })).toMatchObject({ problem: 'Corrupt' });
  });

  test('a damaged pack', async () => {
    repo.git('gc', '-q');
    const pack = join(repo.path, '.git/objects/pack');
    for (const name of readdirSync(pack).filter((entry) => entry.endsWith('.pack')))
      overwrite(join(pack, name), 'PACK');
    expect(await snapshot()).toMatchObject({ problem: 'Corrupt' });
  });
});

describe('too much', () => {
  test.each([
    ['a file', { 'services/web/big': 'x'.repeat(1024 * 1024 + 1) }],
    ['a definition', { 'services/web.toml': '#'.repeat(256 * 1024 + 1) }],
  ])('%s', async (_, files) => {
    repo.commit(files);
    expect(await snapshot()).toMatchObject({ problem: 'TooLarge' });
  });

  test('a tree of very many files is refused by its list', async () => {
    const id = repo.git('rev-parse', 'HEAD:services/web.toml');
    const entries = Array.from({ length: 20_000 }, (_, i) => `100644 blob ${id}\t${i}.toml\n`).join('');
    const services = repo.pipe(entries, 'mktree');
    const tree = repo.pipe(`040000 tree ${services}\tservices\n`, 'mktree');
    repo.git('update-ref', 'refs/heads/main', repo.git('commit-tree', tree, '-p', 'HEAD', '-m', 'huge'));
    expect(await snapshot()).toMatchObject({ problem: 'TooLarge' });
  });
});

test('locks that a killed git left do not matter for looking', async () => {
  for (const lock of [
    'index.lock',
    'HEAD.lock',
    'refs/heads/main.lock',
    'packed-refs.lock',
    'config.lock',
    'shallow.lock',
  ])
    writeFileSync(join(repo.path, '.git', lock), '');
  repo.write('services/new.toml', '');
  const result = await snapshot({ withEdits: true });
  expect(result.ok?.commit).toBe(first);
  expect(result.ok?.warnings).toHaveLength(1);
});

test('git hangs: a problem at the deadline, never an absence', async () => {
  const host = box.host();
  const slow = {
    ...host,
    run: {
      ...host.run,
      run: (_: string, __: readonly string[], options: { env?: Readonly<Record<string, string>> }) =>
        host.run.run('sleep', ['60'], { ...options, timeoutMs: 50 }),
    },
  };
  expect(await gitSource(box.settings(repo.path)).snapshot({ host: slow, signal: box.signal })).toMatchObject({
    problem: 'Unreachable',
  });
});

test('git is not installed', async () => {
  const host = box.host();
  const without = { ...host, run: { ...host.run, run: () => host.run.run('no-such-program', [], { timeoutMs: 500 }) } };
  expect(await gitSource(box.settings(repo.path)).snapshot({ host: without, signal: box.signal })).toMatchObject({
    problem: 'Unreachable',
    hint: 'install git',
  });
});
