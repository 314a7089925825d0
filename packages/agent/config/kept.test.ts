import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keepNodeConfig } from './keep/keep.ts';
import { keptConfigFile } from './kept.ts';
import { loadNodeConfig } from './load.ts';
import { driverNames } from './schema.ts';

const uid = process.getuid?.() ?? 0;
const text = 'node = "rift"\n[source]\ntype = "git"\npath = "fleet"\n[drivers.haproxy]\nbinary = "/x"\n';

function world(content = text) {
  const root = mkdtempSync(join(tmpdir(), 'reconcile-kept-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const path = join(root, 'node.toml');
  writeFileSync(path, content, { mode: 0o600 });
  const env = { HOME: root, XDG_RUNTIME_DIR: root };
  const options = { path, env, cwd: root, uid, buildId: 'b1' };
  const keep = async () => keepNodeConfig(await loadNodeConfig(options), options);
  const plain = async (more: object = {}) => {
    const { driverTable, ...config } = await loadNodeConfig({ ...options, ...more });
    return { config, tables: driverNames.map((name) => driverTable(name)) };
  };
  return { path, file: keptConfigFile(env, uid), keep, plain };
}

test('what is kept is what a fresh check says', async () => {
  const { keep, plain } = world();
  const fresh = await plain();
  await keep();
  expect(await plain()).toEqual(fresh);
});

test('it is really taken, for the same file and build alone', async () => {
  const { file, keep, path, plain } = world();
  await keep();
  // Somebody's change of the kept file shows where it is taken, and nowhere else.
  const { config, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...rest, config: { ...config, node: 'kept' } }));
  expect((await plain()).config.node).toBe('kept');
  expect((await plain({ buildId: 'b2' })).config.node).toBe('rift');
  expect((await plain({ buildId: undefined })).config.node).toBe('rift');
  chmodSync(file, 0o640);
  expect((await plain()).config.node).toBe('rift');
  chmodSync(file, 0o600);
  writeFileSync(path, text.replace('rift', 'cliff'));
  expect((await plain()).config.node).toBe('cliff');
});

test('rubbish in its place, and a date that JSON cannot carry, mean a fresh check', async () => {
  const { file, keep, plain } = world(text.replace('"/x"', '2026-01-02T03:04:05Z'));
  await keep();
  expect((await plain()).tables.find((table) => table !== undefined)).toHaveProperty('binary', expect.any(Date));
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, 'null', { mode: 0o600 });
  expect((await plain()).config.node).toBe('rift');
});
