import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readNodeConfig } from '@reconcile/agent/config';
import { createReadHost } from '@reconcile/host/reading';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from '../../source/git/sample-repository.fixture.ts';
import { type FindFleet, findFleet } from './find-fleet.ts';

let box: Sandbox;
let dir: (path: string) => string;
beforeEach(() => {
  box = new Sandbox();
  dir = (path) => join(box.dir, path);
});
afterEach(() => box.remove());

const client = (text: string) => write(join(box.home, '.config/reconcile/client.toml'), text);
function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function find(more: Partial<FindFleet> & { source?: string } = {}) {
  const { source, ...rest } = more;
  const text = `node = "rift"\n[source]\n${source ?? ''}`;
  const read = await readNodeConfig(Buffer.from(text), { path: dir('node.toml'), home: box.home });
  return findFleet({
    host: createReadHost({ env: { HOME: box.home, PATH: process.env.PATH } }),
    env: {},
    cwd: box.home,
    uid: process.getuid?.() ?? 0,
    repoPath: undefined,
    config: source === undefined ? undefined : read.config,
    ...rest,
  });
}

const git = (path: string, more = '') => `type = "git"\npath = "${dir(path)}"\n${more}`;

describe('in this order', () => {
  test('--repo, the variable, the working directory, client.toml, node.toml', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) box.sample(name);
    client(`repo = "${dir('d')}"\n`);
    const all = { repoPath: dir('a'), env: { RECONCILE_REPO: dir('b') }, cwd: dir('c'), source: git('e') };
    expect(await find(all)).toEqual({ kind: 'git', root: dir('a'), subdir: '', from: '--repo' });
    expect(await find({ ...all, repoPath: undefined })).toMatchObject({ root: dir('b'), from: '$RECONCILE_REPO' });
    expect(await find({ cwd: dir('c'), source: git('e') })).toMatchObject({ root: dir('c') });
    expect(await find({ source: git('e') })).toMatchObject({
      root: dir('d'),
      from: expect.stringContaining('client.toml'),
    });
    client('[nodes]\nrift = "ssh://ops@rift"\n');
    expect(await find({ source: git('e') })).toMatchObject({ root: dir('e'), from: dir('node.toml') });
  });

  test('a working directory deep inside; one that is in another repository counts for nothing', async () => {
    const repo = box.sample('fleet');
    repo.write('services/web/site.conf', 'x');
    expect(await find({ cwd: dir('fleet/services/web') })).toMatchObject({ root: dir('fleet') });
    box.repository('other');
    expect(await find({ cwd: dir('other'), source: git('fleet') })).toMatchObject({ root: dir('fleet') });
  });

  test('paths below home and below client.toml', async () => {
    box.sample('home/fleet');
    client('repo = "~/fleet"\n');
    expect(await find()).toMatchObject({ root: join(box.home, 'fleet') });
    client('repo = "../../fleet"\n');
    expect(await find()).toMatchObject({ root: join(box.home, 'fleet') });
  });
});

describe('where the fleet lies in a repository', () => {
  test('a sub-directory: the one we stand in, or the one this node’s source has', async () => {
    const repo = box.repository('mono');
    repo.commit({ 'deploy/fleet/fleet.toml': 'name = "home"\n', 'src/x': 'x' });
    expect(await find({ cwd: dir('mono/deploy/fleet') })).toMatchObject({ root: dir('mono'), subdir: 'deploy/fleet' });
    const source = git('elsewhere', 'subdir = "deploy/fleet"\n');
    expect(await find({ cwd: dir('mono/src'), source })).toMatchObject({ root: dir('mono'), subdir: 'deploy/fleet' });
    await expect(find({ repoPath: dir('mono') })).rejects.toMatchObject({
      code: 'NO_CHECKOUT',
      actual: expect.stringContaining('has no fleet.toml'),
    });
  });

  test('a linked work tree', async () => {
    box.sample('fleet').git('worktree', 'add', '-q', '-b', 'side', dir('side'));
    expect(await find({ cwd: dir('side') })).toMatchObject({ root: dir('side'), kind: 'git' });
  });

  test('this node’s directory source is written, even where it is somebody’s repository', async () => {
    write(dir('plain/fleet.toml'), 'name = "home"\n');
    const source = (path: string) => `type = "directory"\npath = "${dir(path)}"\n`;
    expect(await find({ source: source('plain') })).toMatchObject({ kind: 'directory', root: dir('plain') });
    box.sample('tracked');
    expect(await find({ cwd: dir('tracked/services'), source: source('tracked') })).toMatchObject({
      kind: 'directory',
    });
    box.sample('mine');
    expect(await find({ cwd: dir('mine'), source: source('tracked') })).toMatchObject({
      kind: 'git',
      root: dir('mine'),
    });
  });
});

describe('none', () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ['nothing anywhere', () => find(), 'no client.toml, no node.toml'],
    ['--repo that is not there', () => find({ repoPath: dir('gone') }), 'not there'],
    ['--repo without a repository', () => find({ repoPath: box.home }), 'no git repository'],
    [
      'a bare one',
      () => {
        box.clone(box.sample('fleet'), 'bare.git', '--bare');
        return find({ repoPath: dir('bare.git') });
      },
      'clone it',
    ],
    [
      'a source that is bare',
      () => {
        box.clone(box.sample('fleet'), 'bare.git', '--bare');
        return find({ source: git('bare.git') });
      },
      'a bare repository',
    ],
    ['a source that is gone', () => find({ source: git('gone') }), 'not there'],
  ])('%s', async (_, look, actual) => {
    await expect(look()).rejects.toMatchObject({ code: 'NO_CHECKOUT', actual: expect.stringContaining(actual) });
  });

  test.skipIf(process.getuid?.() !== 0)('a source of somebody else (only root can make one)', async () => {
    box.sample('theirs');
    chownSync(dir('theirs'), 4321, 4321);
    await expect(find({ source: git('theirs') })).rejects.toMatchObject({
      actual: expect.stringContaining('uid 4321'),
    });
  });

  test('client.toml with mistakes', async () => {
    client('rpo = "x"\nrepo = 1\n');
    await expect(find()).rejects.toMatchObject({
      code: 'CLIENT_INVALID',
      actual: expect.stringMatching(/client\.toml:1:1: .*`rpo`[\s\S]*client\.toml:2:8: /),
    });
  });
});
