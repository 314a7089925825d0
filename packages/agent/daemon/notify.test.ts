import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '@reconcile/host/writing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { notifier } from './notify.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'notify-'));
  const program = join(dir, 'systemd-notify');
  writeFileSync(program, `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >>${dir}/said\n`);
  chmodSync(program, 0o755);
});
afterEach(() => rmSync(dir, { recursive: true }));

const host = (path: string) => createHost({ env: { ...process.env, PATH: path } });

test('words go to the socket that was named, by the program that systemd has for it', async () => {
  const notify = notifier(host(`${dir}:${process.env.PATH}`), { NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '20000000' });
  expect(notify.watchdogMs).toBe(20_000);
  await notify.tell('READY=1', 'STATUS=rift: watching');
  expect(readFileSync(join(dir, 'said'), 'utf8')).toBe('/run/x -- READY=1 STATUS=rift: watching\n');
});

test('nobody asked: nothing is started', async () => {
  const notify = notifier(host(`${dir}:${process.env.PATH}`), {});
  expect(notify.watchdogMs).toBeUndefined();
  await notify.tell('READY=1');
  expect(() => readFileSync(join(dir, 'said'))).toThrow('ENOENT');
});

test('the watchdog of another process is not ours; a missing program is no error', async () => {
  const notify = notifier(host('/nowhere'), { NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '1000', WATCHDOG_PID: '1' });
  expect(notify.watchdogMs).toBeUndefined();
  await expect(notify.tell('READY=1')).resolves.toBeUndefined();
});
