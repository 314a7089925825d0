import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadNodeConfig } from './load.ts';
import { findNodeConfig } from './search.ts';

const uid = process.getuid?.() ?? 0;

function world(files: Readonly<Record<string, number>>) {
  const root = mkdtempSync(join(tmpdir(), 'reconcile-config-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const dir of ['work/deep', 'home', 'system']) mkdirSync(join(root, dir), { recursive: true });
  for (const [name, mode] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'node = "rift"\n[source]\ntype = "directory"\npath = "fleet"\n');
    chmodSync(path, mode);
  }
  const options = {
    env: {},
    cwd: join(root, 'work/deep'),
    uid,
    home: join(root, 'home'),
    systemDir: join(root, 'system'),
  };
  const find = (more: object = {}) => findNodeConfig({ ...options, ...more }).slice(root.length + 1);
  return { root, options, find };
}

const everywhere = {
  'flag.toml': 0o600,
  'env.toml': 0o600,
  'work/deep/node.toml': 0o600,
  'work/node.toml': 0o600,
  'home/.config/reconcile/node.toml': 0o600,
  'system/node.toml': 0o600,
};

test('the first of: --config, RECONCILE_CONFIG, the nearest upwards, the user, the machine', () => {
  const { root, find } = world(everywhere);
  const env = { RECONCILE_CONFIG: join(root, 'env.toml') };
  expect(find({ path: join(root, 'flag.toml'), env })).toBe('flag.toml');
  expect(find({ path: '../../flag.toml' })).toBe('flag.toml');
  expect(find({ env })).toBe('env.toml');
  for (const next of ['work/deep', 'work', 'home/.config/reconcile', 'system']) {
    expect(find()).toBe(`${next}/node.toml`);
    rmSync(join(root, next, 'node.toml'));
  }
  expect(() => find()).toThrow(expect.objectContaining({ code: 'CONFIG_NONE', hint: 'reconcile init' }));
});

test("XDG_CONFIG_HOME moves the user's", () => {
  const { root, find } = world({ 'xdg/reconcile/node.toml': 0o600 });
  expect(find({ env: { XDG_CONFIG_HOME: join(root, 'xdg') } })).toBe('xdg/reconcile/node.toml');
});

test.each([
  ['writable for the group', 0o620],
  ['writable for everybody', 0o602],
])('one on the way up that is %s does not count', (_name, mode) => {
  const { find } = world({ ...everywhere, 'work/deep/node.toml': mode });
  expect(find()).toBe('work/node.toml');
});

test('one on the way up that is not ours does not count', () => {
  const { find } = world({ 'work/node.toml': 0o600 });
  expect(() => find({ uid: uid + 1 })).toThrow(expect.objectContaining({ code: 'CONFIG_NONE' }));
  expect(find()).toBe('work/node.toml');
});

test.each([
  ['--config', { path: 'flag.toml' }],
  ['RECONCILE_CONFIG', { env: { RECONCILE_CONFIG: 'flag.toml' } }],
])('one named by %s that others may write is refused, with the command that helps', (_name, more) => {
  const { root, find } = world({ 'flag.toml': 0o664 });
  const path = join(root, 'flag.toml');
  const at = { cwd: root, ...more };
  const unsafe = { code: 'CONFIG_UNSAFE', actual: 'mode 0664', hint: `chmod 600 ${path}` };
  expect(() => find(at)).toThrow(expect.objectContaining(unsafe));
});

test("so is the user's own, and one that belongs to somebody else", () => {
  const { root, find } = world({ 'home/.config/reconcile/node.toml': 0o666 });
  expect(() => find()).toThrow(expect.objectContaining({ code: 'CONFIG_UNSAFE' }));
  const mine = join(root, 'home/.config/reconcile/node.toml');
  chmodSync(mine, 0o600);
  if (uid === 0) return expect(find({ uid: 4242 })).toBe('home/.config/reconcile/node.toml'); // root's own is everybody's
  expect(() => find({ uid: 4242 })).toThrow(
    expect.objectContaining({ code: 'CONFIG_UNSAFE', hint: `chown 4242 ${mine}` }),
  );
});

test('a symlink is as safe as what it leads to', () => {
  const { root, find } = world({ 'real.toml': 0o666 });
  symlinkSync(join(root, 'real.toml'), join(root, 'link.toml'));
  expect(() => find({ path: join(root, 'link.toml') })).toThrow(expect.objectContaining({ code: 'CONFIG_UNSAFE' }));
});

test('one that was named and is not there', () => {
  const { find } = world(everywhere);
  expect(() => find({ path: 'nowhere.toml' })).toThrow(expect.objectContaining({ code: 'CONFIG_MISSING' }));
});

test('loading gives the configuration, or every mistake with its line', async () => {
  const { root, options } = world({ 'node.toml': 0o600 });
  const path = join(root, 'node.toml');
  const config = await loadNodeConfig({ ...options, path });
  expect(config).toMatchObject({ path, source: { type: 'directory', path: join(root, 'fleet') } });
  const env = { HOME: '/home/ops', XDG_STATE_HOME: '/var/state' };
  expect((await loadNodeConfig({ ...options, env, path })).stateDir).toBe('/var/state/reconcile');
  writeFileSync(path, 'node = "rift"\n[sorce]\n');
  await expect(loadNodeConfig({ ...options, path })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    actual: expect.stringMatching(/node\.toml:2:1: sorce: .*did you mean `source`/),
  });
});
