import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock } from '@reconcile/registry';
import { expect, test } from 'vitest';
import { EditBench } from './bench.fixture.ts';

// A second writer waits ten seconds for the first one; too long for the fast tests.

test('the commit stands, the holder of the lock is named, exit 1', async () => {
  const bench = await EditBench.withClone({ 'services/web.toml': 'name = "web"\nimage = "example.net/web:1"\n' });
  const repo = bench.repository('fleet');
  bench.node(`type = "git"\npath = "${repo.path}"`);
  const state = join(bench.box.dir, 'state');
  mkdirSync(state);
  const lock = await acquireLock(state, { pid: process.pid, waitMs: 0, signal: new AbortController().signal });
  if (!('epoch' in lock)) throw new Error('the lock is taken');
  try {
    const ran = await bench.run(['stop', 'web'], { cwd: repo.path });
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('committed and pushed');
    expect(ran.err).toMatch(new RegExp(`\\[NODE_BUSY\\][\\s\\S]*process ${process.pid} is`));
    expect(repo.git('show', '-s', '--format=%s')).toBe('web: stop');
  } finally {
    lock.release();
    bench.close();
  }
});
