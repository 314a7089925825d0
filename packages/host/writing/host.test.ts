import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readlink, rm } from 'node:fs/promises';
import { setTimeout as later } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createReadHost } from '../reading/index.ts';
import { recordingHost } from '../recording/index.ts';
import { createHost } from './host.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp('/tmp/host-all-');
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

const own = {
  HOME: '/home/somebody',
  PATH: 'bin:/usr/bin:/bin',
  AGENT_TOKEN: 'canary',
  HTTP_PROXY: 'http://user:canary@192.0.2.1',
  SSH_AUTH_SOCK: '/s',
  USER: 'somebody',
};

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const limit = performance.now() + 3_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > limit) throw new Error('never happened');
    await later(10);
  }
}

describe('children', () => {
  test('get a minimal environment: none of our tokens, no relative PATH', async () => {
    const host = createHost({ env: own });
    const { stdout } = await host.run.run('env', [], { timeoutMs: 5_000, env: { ADDED: 'yes' } });
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names.sort()).toEqual(['ADDED', 'HOME', 'LANG', 'LC_ALL', 'LOGNAME', 'PATH', 'USER', 'XDG_RUNTIME_DIR']);
    expect(stdout).not.toContain('canary');
    expect(stdout).toContain('PATH=/usr/bin:/bin:/usr/local/sbin');
  });

  test('start outlives us, writes to its log file, and can be killed by identity only', async () => {
    const host = createHost();
    const { pid } = await host.run.start('sh', ['-c', 'echo started; exec sleep 60'], { logFile: `${dir}/log` });
    await until(async () => ((await readFile(`${dir}/log`, 'utf8')) === 'started\n' ? true : undefined));
    const ticks = await until(() => host.proc.startTicks(pid));
    // A directory that is removed later must not take what outlives us with it.
    expect(await readlink(`/proc/${pid}/cwd`)).toBe('/');
    expect(await host.kill(pid, ticks + 1, 'SIGKILL')).toBe(false);
    expect(await host.proc.startTicks(pid)).toBe(ticks);
    expect(await host.kill(pid, ticks, 'SIGKILL')).toBe(true);
    await until(async () => ((await host.proc.startTicks(pid)) === undefined ? true : undefined));
    expect(await host.kill(pid, ticks, 'SIGKILL')).toBe(false);
    expect(await host.kill(0, 0, 'SIGKILL')).toBe(false);
    await expect(host.run.start('no-such-program', [], {})).rejects.toMatchObject({ code: 'RUN_MISSING' });
  });

  test('talk: both ends of a pipe, its stderr, its exit code, and its end with the stream', async () => {
    const host = createHost();
    const talk = await host.run.talk('sh', ['-c', 'read x; echo "got $x"; echo wrong >&2; exit 7'], {
      timeoutMs: 10_000,
    });
    talk.stream.write('this\n');
    const [said] = (await once(talk.stream, 'data')) as [Buffer];
    expect(String(said)).toBe('got this\n');
    expect(await talk.ended).toBe(7);
    expect(talk.said()).toBe('wrong\n');
    const long = await host.run.talk('sleep', ['1000'], { timeoutMs: 60_000 });
    long.stream.destroy();
    expect(await long.ended).toBe(143);
    const late = await host.run.talk('sleep', ['1000'], { timeoutMs: 50 });
    expect(await late.ended).toBe(143);
    await expect(host.run.talk('no-such-program', [], { timeoutMs: 1000 })).rejects.toMatchObject({
      code: 'RUN_MISSING',
    });
  });
  test('attach hands on exit codes and signals', async () => {
    const host = createHost();
    expect(await host.run.attach('sh', ['-c', 'exit 7'], {})).toBe(7);
    expect(await host.run.attach('sh', ['-c', 'kill -15 $$'], {})).toBe(143);
    await expect(host.run.attach('no-such-program', [], {})).rejects.toMatchObject({ code: 'RUN_MISSING' });
  });

  test('a started child survives kill -9 of the one who started it', async () => {
    const script = `import('${import.meta.dirname}/index.ts').then(async ({createHost}) => { const h = await createHost().run.start('sleep', ['60'], {}); console.log(h.pid); setInterval(() => {}, 1000); })`;
    const parent = spawn(process.execPath, ['--import', 'tsx', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
    const host = createHost();
    const ticks = await host.proc.startTicks(pid);
    parent.kill('SIGKILL');
    await new Promise((resolve) => parent.once('exit', resolve));
    expect(await host.proc.startTicks(pid)).toBe(ticks);
    expect(await host.kill(pid, ticks!, 'SIGKILL')).toBe(true);
  });
});

describe('the reading half', () => {
  test('refuses before anything is started or sent', async () => {
    const host = createReadHost({ env: own });
    await expect(host.run.run('touch', [`${dir}/made`], { timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'RUN_NOT_READING',
    });
    expect(() => host.run.lines('sh', ['-c', 'true'], { timeoutMs: 1_000 })).toThrow(
      expect.objectContaining({ code: 'RUN_NOT_READING' }),
    );
    await expect(
      host.http.request({ method: 'POST', url: 'http://127.0.0.1:1/', timeoutMs: 100 }),
    ).rejects.toMatchObject({ code: 'HTTP_NOT_READING' });
    await expect(host.net.ask(`${dir}/s`, 'set map #1 a b', { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'SOCKET_NOT_READING',
    });
    await expect(host.net.ask(`${dir}/s`, 'show info', { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'SOCKET_FAILED',
    });
    expect((await host.run.run('git', ['--version'], { timeoutMs: 5_000 })).stdout).toContain('git version');
    expect(Object.keys(host)).not.toContain('kill');
    expect(Object.keys(host.files).sort()).toEqual([
      'isEmpty',
      'list',
      'read',
      'realpath',
      'space',
      'stat',
      'stats',
      'text',
    ]);
    expect(Object.keys(host.run).sort()).toEqual(['lines', 'run']);
  });
});

describe('recordingHost', () => {
  test('writes everything down and can refuse what writes', async () => {
    const host = recordingHost(createHost(), { refuseWrites: true });
    await host.run.run('git', ['--version'], { timeoutMs: 5_000 });
    await host.files.list(dir);
    expect(host.writes()).toEqual([]);
    await expect(host.files.write(`${dir}/a`, 'x', { mode: 0o600 })).rejects.toThrow('refused');
    await expect(host.run.run('sh', ['-c', 'true'], { timeoutMs: 1_000 })).rejects.toThrow('refused');
    await expect(host.http.request({ method: 'DELETE', url: 'http://127.0.0.1:1/', timeoutMs: 100 })).rejects.toThrow(
      'refused',
    );
    expect(host.writes().map((call) => call.what)).toEqual(['files.write', 'run.run', 'http.request']);
    expect(await host.files.list(dir)).toEqual([]);
    host.forget();
    expect(host.calls).toEqual([]);
  });
});

test('home: the environment where it is absolute, the defaults else', () => {
  expect(createReadHost({ env: { HOME: '/h', XDG_RUNTIME_DIR: 'relative', XDG_STATE_HOME: '/s' } }).home).toEqual({
    home: '/h',
    runtimeDir: `/run/user/${process.getuid?.()}`,
    configDir: '/h/.config',
    stateDir: '/s',
  });
  expect(createReadHost({ env: {}, home: { home: '/x' } }).home.stateDir).toBe('/x/.local/state');
});

test('clock: sleeps, and wakes up when cancelled', async () => {
  const { clock, ids } = createHost();
  await clock.sleep(1);
  await expect(clock.sleep(60_000, AbortSignal.abort())).rejects.toMatchObject({ code: 'WAIT_CANCELLED' });
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 5);
  await expect(clock.sleep(60_000, stop.signal)).rejects.toMatchObject({ code: 'WAIT_CANCELLED' });
  expect(ids.random()).toMatch(/^[0-9a-f]{32}$/);
});
