import { type ExecSession, type ExecWish, openExec } from '@reconcile/drivers/podman/exec';
import { createHost } from '@reconcile/host/writing';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// Programs inside a running container, with pipes and with a terminal, over podman's REST service.

const reason = noRealPodman();
const name = `exec-${process.pid}`;

describe.skipIf(reason !== undefined)(`podman exec ${reason ?? ''}`, () => {
  const host = createHost();
  const signal = () => AbortSignal.timeout(20_000);
  const open = (argv: readonly string[], more: Partial<ExecWish> = {}) =>
    openExec(host, { container: name, argv, ...more }, signal());

  beforeAll(async () => {
    await buildTestImage('1');
    await podman(['run', '--detach', '--name', name, testImage('1')]);
  });
  afterAll(async () => void (await podman(['rm', '--force', '--time=0', name])));

  async function read({ output }: ExecSession): Promise<{ stdout: string; stderr: string }> {
    const said = { stdout: '', stderr: '' };
    for await (const { bytes, to } of output) said[to] += Buffer.from(bytes).toString();
    return said;
  }

  test('both outputs apart, and the exit code', async () => {
    const session = await open(['sh', '-c', 'echo out; echo err >&2; exit 7']);
    expect(await read(session)).toEqual({ stdout: 'out\n', stderr: 'err\n' });
    expect(await session.exitCode()).toBe(7);
  });

  test('what is written is read, and its end is an end', async () => {
    const session = await open(['sh', '-c', 'wc -c; echo done']);
    const block = Buffer.alloc(64 * 1024, 'x');
    for (let i = 0; i < 32; i++) await session.write(block);
    session.end();
    const { stdout } = await read(session);
    expect(stdout.replace(/\s+/g, ' ').trim()).toBe(`${32 * block.length} done`);
    expect(await session.exitCode()).toBe(0);
  });

  test('a program that ends before its input does', async () => {
    const session = await open(['true']);
    expect(await read(session)).toEqual({ stdout: '', stderr: '' });
    expect(await session.exitCode()).toBe(0);
  });

  test('a terminal, of the size it is told, then and later', async () => {
    // podman 4.3 tells its monitor the size when the program runs already: for a moment it may be 0 0.
    const session = await open(
      ['sh', '-c', 'test -t 0 && echo "tty $TERM"; until stty size | grep -v "^0 0"; do :; done; read x; stty size'],
      {
        terminal: { columns: 101, rows: 33, term: 'vt100' },
      },
    );
    let said = '';
    for await (const { bytes } of session.output) {
      said += Buffer.from(bytes).toString();
      if (/33 101\r\n$/.test(said)) {
        await session.resize({ columns: 77, rows: 22 });
        await session.write(Buffer.from('\r'));
      }
    }
    expect(said).toContain('tty vt100');
    expect(said).toContain('22 77');
    expect(await session.exitCode()).toBe(0);
  });

  test('who sat there is gone: so is the program', async () => {
    const session = await open(['sh', '-c', 'echo on; exec sleep 1000'], {
      terminal: { columns: 80, rows: 24, term: 'xterm' },
    });
    let said = '';
    for await (const { bytes } of session.output) {
      said += Buffer.from(bytes).toString();
      if (said.includes('on')) await session.hangUp();
    }
    expect(await session.exitCode()).toBe(129);
  });

  test('no such program: said where errors are said; no such container: said by name', async () => {
    const session = await open(['no-such-program']);
    expect((await read(session)).stderr).toContain('no-such-program');
    expect(await session.exitCode()).toBeGreaterThan(0);
    await expect(openExec(host, { container: 'none-of-it', argv: ['true'] }, signal())).rejects.toMatchObject({
      code: 'PODMAN_NO_SUCH',
    });
  });
});
