import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { acquireLock } from './lock/index.ts';
import { openRegistry } from './open.ts';
import { childProgram } from './spawn.fixture.ts';
import { addRequest, openRequests } from './tables/index.ts';
import { temporaryDir } from './temporary.fixture.ts';
import { fill, somebody } from './world.fixture.ts';

const child = childProgram();

test('while another process holds the write lock the event loop goes on, reads answer, and writes come through later', async () => {
  const dir = temporaryDir();
  const registry = openRegistry(join(dir, 'registry.db'), { mode: 'write' });
  await fill(registry, 50);
  const other = child('exclusive', dir);
  expect(await other.line()).toBe('locked');

  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const requests = Array.from({ length: 20 }, (_, i) =>
    registry.write((rows) => addRequest(rows, { id: `r${i}`, verb: 'restart', target: 'mcr', at: i, by: somebody })),
  );
  const waited = acquireLock(dir, { pid: process.pid, waitMs: 100 });
  await delay(500);
  expect(registry.read(openRequests)).toEqual([]);
  other.say('enough');
  await Promise.all(requests);
  loop.disable();

  expect(registry.read(openRequests)).toHaveLength(20);
  expect(loop.max / 1e6).toBeLessThan(50);
  const lock = await waited;
  if ('release' in lock) lock.release();
  await registry.close();
});

test('a lock that is never given back ends in REGISTRY_BUSY after the limit', async () => {
  const dir = temporaryDir();
  const registry = openRegistry(join(dir, 'registry.db'), { mode: 'write', busyLimitMs: 200 });
  const other = child('exclusive', dir);
  expect(await other.line()).toBe('locked');
  const write = registry.write((rows) =>
    addRequest(rows, { id: 'r', verb: 'restart', target: 'mcr', at: 1, by: somebody }),
  );
  await expect(write).rejects.toMatchObject({ code: 'REGISTRY_BUSY', retry: 'backoff' });
  await other.kill('SIGKILL');
  await registry.close();
});
