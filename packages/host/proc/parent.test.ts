import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { readParent } from './stat.ts';

test('the parent of a live process; nobody has none', async () => {
  expect(await readParent(process.pid)).toBe(process.ppid);
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  expect(await readParent(child.pid ?? 0)).toBe(process.pid);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  expect(await readParent(child.pid ?? 0)).toBeUndefined();
});
