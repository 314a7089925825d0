import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { monotonicMs } from '../monotonic/index.ts';
import { childProgram } from '../spawn.fixture.ts';
import { temporaryDir } from '../temporary.fixture.ts';
import { acquireLock, type Held, type Lock } from './index.ts';

const child = childProgram();

function assertLock(got: Lock | Held): asserts got is Lock {
  if ('heldBy' in got) throw new Error(`held by ${got.heldBy.pid}`);
}

const take = (dir: string, waitMs = 0) => acquireLock(dir, { pid: process.pid, waitMs });

test('a second writer learns who the first one is, and gets the lock when that is killed', async () => {
  const dir = temporaryDir();
  const first = child('begin', dir);
  const [, epoch] = (await first.line()).split(' ');

  const refused = await take(dir);
  expect(refused).toEqual({
    heldBy: { pid: first.pid, since: expect.any(Number), socket: join(dir, 'api.sock'), stopped: false },
  });

  const waiting = take(dir, 10_000);
  await first.kill('SIGKILL');
  const second = await waiting;
  assertLock(second);
  expect(second.epoch).toBeGreaterThan(Number(epoch));
  second.release();
});

test('a stopped holder keeps the lock and is shown as stopped', async () => {
  const dir = temporaryDir();
  const first = child('begin', dir);
  await first.line();
  process.kill(first.pid, 'SIGSTOP');
  const started = performance.now();
  const refused = await take(dir, 300);
  expect(performance.now() - started).toBeGreaterThanOrEqual(299);
  expect(refused).toMatchObject({ heldBy: { pid: first.pid, stopped: true } });
  process.kill(first.pid, 'SIGCONT');
  first.say('go');
  expect(await first.line()).toBe('begun');
});

test('a holder whose lock was lost while it was stopped is refused at its next intent', async () => {
  const dir = temporaryDir();
  const first = child('begin', dir);
  await first.line();
  first.say('go');
  expect(await first.line()).toBe('begun');

  process.kill(first.pid, 'SIGSTOP');
  // As on a file system that forgets locks: the name now means another file.
  mkdirSync(join(dir, 'lost'));
  renameSync(join(dir, 'lock.db'), join(dir, 'lost/lock.db'));
  const second = child('begin', dir);
  expect(await second.line()).toMatch(/^held /);
  process.kill(first.pid, 'SIGCONT');

  first.say('go');
  expect(await first.line()).toBe('REGISTRY_SUPERSEDED');
  second.say('go');
  expect(await second.line()).toBe('begun');
  first.say('go');
  expect(await first.line()).toBe('REGISTRY_SUPERSEDED');
});

test('of many at once exactly one gets it', async () => {
  const dir = temporaryDir();
  const got = await Promise.all(Array.from({ length: 8 }, () => take(dir)));
  const locks = got.filter((entry): entry is Lock => !('heldBy' in entry));
  expect(locks).toHaveLength(1);
  expect(statSync(join(dir, 'lock.db')).mode & 0o777).toBe(0o600);
  expect(statSync(join(dir, 'lock.json')).mode & 0o777).toBe(0o600);
  locks[0]?.release();
  const again = await take(dir);
  assertLock(again);
  expect(again.epoch).toBeGreaterThan(locks[0]?.epoch ?? Number.POSITIVE_INFINITY);
  again.release();
});

test('waiting for the lock can be cancelled', async () => {
  const dir = temporaryDir();
  const first = await take(dir);
  assertLock(first);
  const stop = new AbortController();
  const waiting = acquireLock(dir, { pid: process.pid, waitMs: 60_000, signal: stop.signal });
  stop.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  first.release();
});

test('a writer knows since when there was none before it', async () => {
  const dir = temporaryDir();
  const first = await take(dir);
  assertLock(first);
  expect(first.freeSince).toBe(0);
  const before = monotonicMs();
  first.release();
  first.release();
  const second = await take(dir);
  assertLock(second);
  expect(second.freeSince).toBeGreaterThanOrEqual(before);
  expect(second.freeSince).toBeLessThanOrEqual(monotonicMs());
  second.release();

  const killed = child('begin', dir);
  await killed.line();
  await killed.kill('SIGKILL');
  const third = await take(dir);
  assertLock(third);
  expect(third.freeSince).toBeUndefined();
  third.release();

  rmSync(join(dir, 'lock.json'));
  const fourth = await take(dir);
  assertLock(fourth);
  expect(fourth.freeSince).toBeUndefined();
  fourth.release();
});
