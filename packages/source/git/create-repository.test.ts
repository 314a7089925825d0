import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRepository } from './create-repository.ts';
import { SampleRepository, Sandbox } from './sample-repository.fixture.ts';

let box: Sandbox;
let path: string;
beforeEach(() => {
  box = new Sandbox();
  path = join(box.dir, 'fleet');
});
afterEach(() => box.remove());

const files = [
  { path: 'fleet.toml', text: 'name = "home"\n' },
  { path: 'services/web.toml', text: 'name = "web"\n' },
];
const create = () => createRepository(box.context(), { path, files, message: 'The first', hostname: 'rift' });
const git = (...args: string[]) => new SampleRepository(path, box.home).git(...args);

test('a branch main, one commit of these files by the caller, nothing left over', async () => {
  const { commit, madeUpIdentity } = await create();
  expect(git('log', '--format=%H %an %s', 'main')).toBe(`${commit} Ada The first`);
  expect(git('ls-files')).toBe('fleet.toml\nservices/web.toml');
  expect(git('status', '--porcelain')).toBe('');
  expect(madeUpIdentity).toBeUndefined();
  expect(readdirSync(box.dir).sort()).toEqual(['fleet', 'home']);
});

test('who commits is made up where git does not know, and the configuration stays as it is', async () => {
  // Without this git may find a name in the password file, which differs between machines.
  const config = '[user]\n\tuseConfigOnly = true\n';
  writeFileSync(join(box.home, '.gitconfig'), config);
  const { madeUpIdentity } = await create();
  expect(madeUpIdentity).toMatch(/^\S+ <\S+@rift>$/);
  expect(git('log', '--format=%an <%ae>')).toBe(madeUpIdentity);
  expect(readFileSync(join(box.home, '.gitconfig'), 'utf8')).toBe(config);
});

test('what the user has configured for repositories neither runs nor hides a file', async () => {
  const templates = join(box.dir, 'templates/hooks');
  mkdirSync(templates, { recursive: true });
  writeFileSync(join(templates, 'pre-commit'), `#!/bin/sh\ntouch ${box.dir}/ran\nexit 1\n`, { mode: 0o755 });
  writeFileSync(join(box.dir, 'ignore'), '*.toml\n');
  const more = `[init]\n\ttemplateDir = ${box.dir}/templates\n[core]\n\texcludesFile = ${box.dir}/ignore\n[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = false\n`;
  writeFileSync(join(box.home, '.gitconfig'), `[user]\n\tname = Ada\n\temail = ada@example.net\n${more}`);
  await create();
  expect(git('ls-files')).toBe('fleet.toml\nservices/web.toml');
  expect(existsSync(join(box.dir, 'ran'))).toBe(false);
});

test('an empty directory is filled; anything else stays, and nothing is left beside it', async () => {
  mkdirSync(path);
  await create();
  rmSync(join(path, '.git'), { recursive: true });
  await expect(create()).rejects.toMatchObject({ code: 'FILE_FAILED' });
  expect(readdirSync(box.dir).sort()).toEqual(['fleet', 'home']);
  expect(readFileSync(join(path, 'fleet.toml'), 'utf8')).toBe('name = "home"\n');
});

test('git that fails is quoted', async () => {
  writeFileSync(join(box.home, '.gitconfig'), '[broken\n');
  await expect(create()).rejects.toMatchObject({ code: 'SOURCE_CREATE', actual: expect.stringContaining('config') });
  expect(readdirSync(box.dir)).toEqual(['home']);
});
