import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReadHost } from '@reconcile/host/reading';
import { expect, onTestFinished, test } from 'vitest';
import type { Identity } from '../identity.ts';
import { identityStamp } from './identity-stamp.ts';

function world() {
  const root = mkdtempSync(join(tmpdir(), 'reconcile-stamp-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const dir of ['config/containers', 'graph/libpod']) mkdirSync(join(root, dir), { recursive: true });
  const database = join(root, 'graph/libpod/bolt_state.db');
  writeFileSync(database, 'x');
  const home = { home: root, configDir: join(root, 'config'), runtimeDir: join(root, 'run') };
  const identity: Identity = {
    uid: 850,
    user: 'ops',
    uidMap: '0:850:1',
    gidMap: '0:850:1',
    graphRoot: join(root, 'graph'),
    runRoot: '/run/user/850/containers',
    driver: 'overlay',
  };
  const stamp = (who = identity, where = home) => identityStamp(createReadHost({ home: where }), who);
  return { root, database, home, identity, stamp };
}

test('nothing changed, fields in another order, a database that was written to: the same', async () => {
  const { database, identity, stamp } = world();
  const before = await stamp();
  writeFileSync(database, 'more');
  expect(await stamp(Object.fromEntries(Object.entries(identity).reverse()) as unknown as Identity)).toBe(before);
});

test.each(['storage.conf', 'containers.conf'])('another %s', async (name) => {
  const { root, stamp } = world();
  const before = await stamp();
  writeFileSync(join(root, 'config/containers', name), '');
  expect(await stamp()).not.toBe(before);
});

test('another database in its place, another recorded identity, another home', async () => {
  const { database, home, identity, root, stamp } = world();
  const before = await stamp();
  expect(await stamp({ ...identity, driver: 'vfs' })).not.toBe(before);
  expect(await stamp(identity, { ...home, runtimeDir: join(root, 'other') })).not.toBe(before);
  writeFileSync(`${database}.new`, 'x');
  renameSync(`${database}.new`, database);
  expect(await stamp()).not.toBe(before);
});
