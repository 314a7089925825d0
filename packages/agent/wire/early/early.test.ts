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
  const asked: string[] = [];
  const real = createReadHost({ home: { runtimeDir: root } });
  const run: typeof real.run = {
    ...real.run,
    run: async (program, args) => {
      asked.push([program, args[0]].join(' '));
      return { exitCode: 0, stdout: '[]', stderr: '', durationMs: 0 };
    },
  };
  const uid = process.getuid?.() ?? 0;
  const signal = new AbortController().signal;
  return { asked, list: listEarly({ ...real, run }, { path, env: {}, cwd: root, uid, signal }) };
}

test.each([
  '[drivers]\ncontainers = "none"\n',
  "drivers = { containers = 'none' }\n",
  'drivers.containers="none"\n',
  undefined,
])('podman is not asked: %j', (text) => {
  expect(early(text)).toEqual({ asked: [], list: undefined });
});

test.each(['node = "rift"\n', '[drivers]\ncontainers = "podman"\n', 'not toml'])(
  'podman is asked before this returns: %j',
  async (text) => {
    const { asked, list } = early(text);
    expect(asked).toEqual(['podman ps']);
    expect(await list).toEqual([]);
  },
);
