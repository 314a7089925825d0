import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReadHost } from '@reconcile/host/reading';
import { expect, onTestFinished, test } from 'vitest';
import { isStale } from './stale.ts';

/** A user's home with podman's storage, and what a service's socket would be that was made so many ms later. */
function world(graph = '.local/share/containers/storage') {
  const root = mkdtempSync(join(tmpdir(), 'reconcile-stale-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const dir of ['.config/containers', graph]) mkdirSync(join(root, dir), { recursive: true });
  const host = createReadHost({
    home: { home: root, configDir: join(root, '.config'), runtimeDir: join(root, 'run') },
  });
  const put = (name: string) => writeFileSync(join(root, graph, name), 'x');
  const stale = async (laterMs: number) => {
    const socket = await host.files.stat(root);
    if (socket === undefined) throw new Error(`${root} is gone`);
    return isStale(host, { ...socket, mtimeMs: Date.now() + laterMs });
  };
  return { root, put, stale, used: () => mkdirSync(join(root, graph, 'libpod')) };
}

test('a service that came after its SQLite database is believed, one that came before it or has none is not', async () => {
  const { put, root, stale, used } = world();
  used();
  expect(await stale(0)).toBe(true);
  put('db.sql');
  expect(await stale(1000)).toBe(false);
  expect(await stale(-60_000)).toBe(true);
  rmSync(join(root, '.local/share/containers/storage/db.sql'));
  expect(await stale(1000)).toBe(true);
});

test('where there is BoltDB, or nothing that podman ever used, nothing is said', async () => {
  const { put, stale, used } = world();
  expect(await stale(-60_000)).toBe(false);
  used();
  put('libpod/bolt_state.db');
  expect(await stale(-60_000)).toBe(false);
});

test('the storage that storage.conf names counts', async () => {
  const { put, root, stale, used } = world('elsewhere');
  expect(await stale(0)).toBe(false);
  writeFileSync(
    join(root, '.config/containers/storage.conf'),
    `[storage]\ndriver = "overlay"\ngraphroot = "${join(root, 'elsewhere')}"\n`,
  );
  used();
  expect(await stale(0)).toBe(true);
  put('db.sql');
  expect(await stale(1000)).toBe(false);
});
