import { describe, expect, test } from 'vitest';
import { childLines, type LinesOptions } from './lines.ts';

const env = { PATH: '/usr/bin:/bin' };

function sh(script: string, options: Partial<LinesOptions> = {}) {
  return childLines({ program: 'sh', args: ['-c', script], options: { timeoutMs: 5_000, ...options }, env });
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

describe('childLines', () => {
  test('lines as they come, the last one without its newline too', async () => {
    expect(await all(sh('printf "a\\nb\\n\\nc"; echo hidden >&2'))).toEqual(['a', 'b', '', 'c']);
  });

  test('stderr on request', async () => {
    expect((await all(sh('echo out; echo err >&2', { stderr: true }))).sort()).toEqual(['err', 'out']);
  });

  test('leaving the loop ends the program', async () => {
    const startedAt = performance.now();
    for await (const line of sh('echo first; sleep 60')) {
      expect(line).toBe('first');
      break;
    }
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test('the deadline and the signal end it', async () => {
    await expect(all(sh('echo a; sleep 60 & sleep 60', { timeoutMs: 150 }))).rejects.toMatchObject({
      code: 'RUN_TIMEOUT',
    });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    await expect(all(sh('sleep 60', { signal: stop.signal }))).rejects.toMatchObject({ code: 'RUN_CANCELLED' });
  });

  test('an exit code other than 0, a missing program, and a kill are errors', async () => {
    await expect(all(sh('echo a; exit 125'))).rejects.toMatchObject({ code: 'RUN_FAILED', actual: 'exit code 125' });
    await expect(all(sh('kill -9 $$'))).rejects.toMatchObject({ code: 'RUN_KILLED' });
    await expect(
      all(childLines({ program: 'no-such-program', args: [], options: { timeoutMs: 500 }, env })),
    ).rejects.toMatchObject({ code: 'RUN_MISSING' });
  });

  test('an endless line comes in pieces', async () => {
    const lines = await all(sh('head -c 1000000 /dev/zero | tr "\\0" x'));
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join('')).toHaveLength(1_000_000);
  });
});
