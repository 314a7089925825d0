import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { setTimeout as later } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { readStartTicks } from '../proc/stat.ts';
import { runChild } from './child.ts';

const env = { PATH: '/usr/bin:/bin', MARK: 'ours' };

function sh(script: string, options: Partial<Parameters<typeof runChild>[0]['options']> = {}) {
  return runChild({ program: 'sh', args: ['-c', script], options: { timeoutMs: 5_000, ...options }, env });
}

async function gone(pid: number): Promise<boolean> {
  const limit = performance.now() + 3_000;
  while ((await readStartTicks(pid)) !== undefined) {
    if (performance.now() > limit) return false;
    await later(10);
  }
  return true;
}

describe('runChild', () => {
  test('gives exit code and both streams', async () => {
    const result = await sh('echo out; echo err >&2; exit 3');
    expect(result).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  test('gives the child exactly the environment it was handed', async () => {
    const { stdout } = await runChild({ program: '/usr/bin/env', args: [], options: { timeoutMs: 5_000 }, env });
    expect(stdout.trim().split('\n').sort()).toEqual(['MARK=ours', 'PATH=/usr/bin:/bin']);
  });

  test('stdin is empty unless given', async () => {
    expect((await sh('cat')).stdout).toBe('');
    expect((await sh('cat', { stdin: 'text' })).stdout).toBe('text');
    expect((await sh('true', { stdin: 'x'.repeat(1_000_000) })).exitCode).toBe(0);
  });

  test('latin1 keeps every byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const { stdout } = await sh('cat', { stdin: bytes, encoding: 'latin1' });
    expect(Buffer.from(stdout, 'latin1')).toEqual(bytes);
  });

  test('settles at the deadline though a grandchild holds stdout', async () => {
    const startedAt = performance.now();
    const error = await sh('sleep 60 & sleep 60', { timeoutMs: 150 }).catch((e: unknown) => e);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(error).toMatchObject({ code: 'RUN_TIMEOUT', message: 'run sh', retry: 'backoff' });
  });

  test('the group is gone after the deadline, a child that ignores SIGTERM too', async () => {
    const dir = await mkdtemp('/tmp/host-run-');
    const script = `trap '' TERM; sleep 60 & echo $! $$ > ${dir}/pids; while :; do sleep 1; done`;
    await expect(sh(script, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'RUN_TIMEOUT' });
    const pids = (await readFile(`${dir}/pids`, 'utf8')).trim().split(' ').map(Number);
    expect(pids).toHaveLength(2);
    for (const pid of pids) expect(await gone(pid)).toBe(true);
    await rm(dir, { recursive: true });
  });

  test('does not wait for a grandchild once the child has ended', async () => {
    const startedAt = performance.now();
    const result = await sh('sleep 3 & echo done', { timeoutMs: 10_000 });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'done\n' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test('is cancelled by its signal, before and while it runs', async () => {
    await expect(sh('true', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
    const stop = new AbortController();
    const running = sh('sleep 60', { signal: stop.signal });
    setTimeout(() => stop.abort(), 20);
    await expect(running).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
  });

  test('says what went wrong', async () => {
    await expect(
      runChild({ program: 'no-such-program', args: ['inspect', '--x=secret'], options: { timeoutMs: 1_000 }, env }),
    ).rejects.toMatchObject({
      code: 'RUN_MISSING',
      message: 'run no-such-program inspect',
    });
    await expect(sh('kill -9 $$')).rejects.toMatchObject({ code: 'RUN_KILLED' });
    await expect(sh('yes', { maxBytes: 10_000 })).rejects.toMatchObject({ code: 'RUN_TOO_MUCH' });
    await expect(runChild({ program: 'sh', args: ['a\0b'], options: { timeoutMs: 1_000 }, env })).rejects.toMatchObject(
      { code: 'RUN_FAILED' },
    );
  });

  test('keeps the end of a long stderr', async () => {
    const { stderr } = await sh(
      'i=0; while [ $i -lt 3000 ]; do echo "line $i ...................................................."; i=$((i+1)); done >&2',
    );
    expect(stderr.length).toBeLessThanOrEqual(64 * 1024);
    expect(stderr.endsWith('line 2999 ....................................................\n')).toBe(true);
  });
});
