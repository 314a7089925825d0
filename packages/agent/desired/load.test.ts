import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Principal } from '@reconcile/core';
import { createReadHost } from '@reconcile/host/reading';
import { openRegistry, type Registry } from '@reconcile/registry';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { directoryNode, writeSettled } from './directory.fixture.ts';
import type { LoadInput } from './input.ts';
import { keepLoaded } from './keep.ts';
import { loadDesired } from './load.ts';

// What breaks the reader of definitions is a bad definition, never the end of a node's desired state.

const by: Principal = { issuer: 'unix', subject: '1000', kind: 'person', scopes: ['admin'] };

let dir: string;
let registry: Registry;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'load-'));
  mkdirSync(join(dir, 'fleet', 'services'), { recursive: true });
  registry = openRegistry(join(dir, 'registry.db'), { mode: 'write' });
  write('fleet.toml', 'name = "home"\nzone = "example.net"\n');
  write('services/web.toml', 'name = "web"\n[[components]]\nname = "main"\nimage = "registry.example.net/web:1"\n');
});
afterEach(async () => {
  await registry.close();
  rmSync(dir, { recursive: true });
});

const write = (path: string, text: string) => writeSettled(dir, path, text);

function input(specWorker?: string): LoadInput {
  const config = directoryNode(dir);
  const install = { buildId: 'b', ...(specWorker === undefined ? {} : { specWorker }) };
  return { config, host: createReadHost(), registry, install, signal: new AbortController().signal };
}

test.each([
  ['ends without a word', 'process.exit(3);'],
  ['fails', 'throw new Error("out of memory");'],
])('a reader that %s: the last good snapshot goes on, and why is told', async (_, script) => {
  const first = await loadDesired(input());
  await keepLoaded(registry, input(), { loaded: first, at: 1, by });
  write('services/bad.toml', 'name = "bad"\n');
  const worker = join(dir, 'worker.mjs');
  writeFileSync(worker, script);
  const loaded = await loadDesired(input(worker));
  expect(loaded.trouble).toMatchObject({ code: 'SPEC_WORKER', hint: 'reconcile validate' });
  expect(loaded.commit?.commit).toBe(first.commit?.commit);
  expect(loaded.fresh).toBeUndefined();
});

test('a definition that ends early is one whose writer broke off, until it says that it is complete', async () => {
  const whole = 'name = "two"\nimage = "registry.example.net/two:1"\n[env]\nMODE = "a"\n';
  write('services/two.toml', whole);
  const first = await loadDesired(input());
  await keepLoaded(registry, input(), { loaded: first, at: 1, by });
  const cut = whole.slice(0, whole.indexOf('[env]'));
  write('services/two.toml', cut);
  const second = await loadDesired(input());
  expect(second.trouble?.code).toBe('CutShort');
  expect(second.trouble?.message).toMatch(/^services\/two.toml ends after 50 of the 67 bytes/);
  expect(second.desired?.resources).toEqual(first.desired?.resources);
  write('services/two.toml', `${cut}# complete\n`);
  const third = await loadDesired(input());
  expect(third.trouble).toBeUndefined();
  expect(third.desired?.resources).not.toEqual(first.desired?.resources);
  await keepLoaded(registry, input(), { loaded: third, at: 2, by });
  write('services/two.toml', cut.trimEnd());
  expect((await loadDesired(input())).trouble?.code).toBe('CutShort');
});
