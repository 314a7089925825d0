import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { noRealPodman, podman } from '@reconcile/testkit/podman';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Alive, GoodHome, small } from './bad.fixture.ts';

// A podman that is not there, hangs, fails or talks nonsense is unknown, never an empty machine: nothing is made, nothing removed.

const reason = noRealPodman();
const socket = join(process.env.XDG_RUNTIME_DIR ?? '', 'reconcile', 'podman.sock');

/** What is wrong with it: `podman` of our PATH is this script, and no service answers. */
const standIns: readonly (readonly [string, string, RegExp])[] = [
  [
    'a lock that is held',
    'echo "Error: acquiring lock 3: file exists" >&2; exit 125',
    /PODMAN_LOCKS.*acquiring lock 3.*; next: .*ps -fC podman/,
  ],
  [
    'another database',
    'echo "Error: database configuration mismatch" >&2; exit 125',
    /PODMAN_DATABASE.*mismatch; next: podman info/,
  ],
  [
    'words on an error we do not know',
    'echo "Error: the moon" >&2; exit 125',
    /PODMAN_FAILED\): list containers: the moon/,
  ],
  [
    'noise with exit 0',
    'echo "WARN[0000] hello"',
    /PODMAN_GARBLED.*wanted JSON, found "WARN\[0000\] hello\\n"; next: .*podman ps/,
  ],
  ['nothing with exit 0', 'exit 0', /PODMAN_GARBLED.*wanted JSON, found nothing/],
  ['an answer cut short', 'exec_real "$@" | head -c 300', /PODMAN_GARBLED.*wanted JSON, found "\[/],
  ['JSON of another shape', 'echo "{}"', /PODMAN_GARBLED.*containers: wanted a list/],
  ['a null for everything', 'echo "null"', /PODMAN_GARBLED.*containers: wanted a list/],
  ['a warning before the answer', 'echo "level=warning"; exec_real "$@"', /PODMAN_GARBLED.*found "level=warning/],
  ['an escape sequence', `printf '\\033[2J\\033]0;owned\\007'`, /PODMAN_GARBLED.*found "\\u001b\[2J/],
  ['killed in the middle', 'kill -9 $$', /PODMAN_HUNG.*podman was killed/],
  ['a call that hangs', 'exec sleep 100', /PODMAN_HUNG.*no answer in 10 s; next: does podman ps answer/],
  ['an answer without end', 'exec yes', /PODMAN_GARBLED.*found one without end/],
];

describe.skipIf(reason !== undefined)(`a bad podman ${reason ?? ''}`, () => {
  let good: GoodHome;
  let before: Record<string, Alive>;
  let server: Server | undefined;
  let real: string;

  beforeAll(async () => {
    good = await GoodHome.make();
    before = await good.alive();
    real = execFileSync('sh', ['-c', 'command -v podman'], { encoding: 'utf8' }).trim();
  });
  afterAll(() => good?.home.close());
  afterEach(async () => {
    server?.close();
    server = undefined;
    await rm(socket, { force: true });
    await good.expectWhole(before);
  });

  async function standIn(script: string, name = 'bin'): Promise<Record<string, string>> {
    const dir = join(good.home.dir, name);
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, 'podman'), `#!/bin/sh\nexec_real() { ${real} "$@"; }\n${script}\n`, { mode: 0o755 });
    await rm(socket, { force: true });
    return { PATH: `${dir}:${process.env.PATH}` };
  }

  /** Both services are unknown, by name and with the cause; a pass ends with 3 and would do nothing. */
  function expectBlind(outcome: { code: number; stdout: string }, why: RegExp, name = ''): void {
    expect(outcome.stdout, name).toMatch(/other\/main +WAITS cannot read container \(PODMAN_/);
    expect(outcome.stdout, name).toMatch(/web\/main +WAITS cannot read container \(PODMAN_/);
    expect(outcome.stdout, name).toMatch(why);
    expect(outcome.stdout, name).not.toMatch(/create|remove/);
    expect(outcome.stdout, name).not.toContain('\u001b');
    expect(outcome.code, name).toBe(3);
  }

  it('whatever is wrong with it: unknown, with what came instead and what to type', async () => {
    const outcomes = await Promise.all(
      standIns.map(async ([, script], n) => good.runWith(await standIn(script, `bin-${n}`), 'apply', '-y')),
    );
    for (const [n, outcome] of outcomes.entries()) {
      const [name = '', , why = /./] = standIns[n] ?? [];
      expectBlind(outcome, why, name);
    }
  });

  it('it is not installed', async (test) => {
    const hidden = hide('podman');
    if (hidden === undefined) return test.skip('no mount namespace of our own here');
    await rm(socket, { force: true });
    expectBlind(
      await good.runHidden(hidden),
      /PODMAN_MISSING.*there is no program podman; next: apt-get install podman/,
    );
  });

  it('status says unknown, neither absent nor unhealthy', async () => {
    const outcome = await good.runWith(await standIn('echo "{}"'), 'ps');
    expect(outcome.stdout).toMatch(/web +unknown/);
    expect(outcome.stdout).not.toMatch(/unhealthy|missing|gone/);
    expect(outcome.code).toBe(3);
  });

  it('its service accepts and says nothing: the command line is asked instead', async () => {
    server = createServer(() => undefined).listen(socket);
    await good.home.apply(0);
  });

  it('its service answers with garbage: unknown', async () => {
    const ok = 'HTTP/1.1 200 OK\r\ncontent-length: ';
    server = createServer((peer) =>
      peer
        .on('error', () => undefined)
        .on('data', (data) => peer.write(`${data}`.includes('_ping') ? `${ok}2\r\n\r\nOK` : `${ok}7\r\n\r\ngarbage`)),
    ).listen(socket);
    expectBlind(await good.run('plan'), /PODMAN_GARBLED.*wanted JSON, found "garbage"/);
  });

  it('it looks but cannot write: what stands stays, the new one is told and tried again', async () => {
    const reads = 'ps|images|info|network|volume|image|container|secret|inspect|logs|unshare|--version|version';
    const env = await standIn(
      `case "$1" in ${reads}) exec_real "$@" ;; *) echo "Error: no space left on device" >&2; exit 125 ;; esac`,
    );
    await good.home.commit('a third', { 'services/third.toml': small({ name: 'third' }) });
    const outcome = await good.runWith(env, 'apply', '-y');
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(
      /failed container\/third-\w+#create: create container third-\w+: no space left on device/,
    );
    expect(outcome.stdout).toMatch(/third\/main +WAITS failed \d times?: create container/);
    await rm(socket, { force: true });
    await podman(['ps', '-a', '--external', '--format', '{{.Names}}']).then(({ stdout }) =>
      expect(stdout.trim().split('\n')).toHaveLength(2),
    );
    expect((await good.run('retry', 'third')).code).toBe(0);
    expect(await good.home.container('third/main')).toBeDefined();
  });

  /** Shell words before which a program does not exist, by a mount namespace in which its directory lacks it. */
  function hide(program: string): string | undefined {
    const dir = join(good.home.dir, 'hidden');
    const from = real.slice(0, real.lastIndexOf('/'));
    const script = `set -e; mkdir -p ${dir}/real ${dir}/links; cd ${from}
for f in *; do [ "$f" = ${program} ] || ln -s "${dir}/real/$f" "${dir}/links/$f"; done`;
    execFileSync('sh', ['-c', script]);
    const mounts = `mount --bind ${from} ${dir}/real && mount --bind ${dir}/links ${from}`;
    try {
      execFileSync('unshare', [
        '--user',
        '--map-current-user',
        '--keep-caps',
        '--mount',
        'sh',
        '-c',
        `${mounts} && ! command -v ${program}`,
      ]);
    } catch {
      return undefined;
    }
    return mounts;
  }
});
