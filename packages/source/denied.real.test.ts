import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { directorySource } from './directory/index.ts';
import { type SampleRepository, Sandbox } from './git/sample-repository.fixture.ts';
import { gitSource } from './git/source.ts';

let box: Sandbox;
let repo: SampleRepository;
beforeEach(() => {
  box = new Sandbox();
  repo = box.sample('fleet');
});
const closed: string[] = [];
afterEach(() => {
  for (const path of closed.splice(0)) chmodSync(path, 0o755);
  box.remove();
});

function close(path: string): void {
  chmodSync(join(repo.path, path), 0);
  closed.push(join(repo.path, path));
}

describe.skipIf(process.getuid?.() === 0)('no right to read (skipped as root, who may read everything)', () => {
  test.each(['.git', '.git/refs/heads', '.git/refs/heads/main', '.git/objects'])('git: %s', async (path) => {
    close(path);
    const result = await gitSource(box.settings(repo.path)).snapshot(box.context());
    expect(result).toMatchObject({ problem: 'Denied' });
  });

  test.each(['services', 'services/web.toml'])('directory: %s', async (path) => {
    close(path);
    const result = await directorySource({ path: repo.path, settleMs: 0 }).snapshot(box.context());
    expect(result).toMatchObject({ problem: 'Denied' });
  });
});
