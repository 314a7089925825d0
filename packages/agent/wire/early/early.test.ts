import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReadHost } from '@reconcile/host/reading';
import { expect, onTestFinished, test } from 'vitest';
import { listEarly } from './early.ts';

function early(text: string | undefined) {
  const root = mkdtempSync(join(tmpdir(), 'reconcile-early-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const path = join(root, 'node.toml');
  if (text !== undefined) writeFileSync(path, text, { mode: 0o600 });
  // A podman that cannot be found shows that it was looked for.
  const host = createReadHost({ env: { PATH: join(root, 'bin') }, home: { runtimeDir: root } });
  const uid = process.getuid?.() ?? 0;
  return listEarly(host, { path, env: {}, cwd: root, uid, signal: new AbortController().signal });
}

test.each([
  '[drivers]\ncontainers = "none"\n',
  "drivers = { containers = 'none' }\n",
  'drivers.containers="none"\n',
  undefined,
])('podman is not asked: %j', (text) => {
  expect(early(text)).toBeUndefined();
});

test.each(['node = "rift"\n', '[drivers]\ncontainers = "podman"\n', 'not toml'])(
  'podman is asked: %j',
  async (text) => {
    await expect(early(text)).rejects.toMatchObject({ code: 'PODMAN_MISSING' });
  },
);
