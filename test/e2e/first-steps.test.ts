import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type RunOutcome } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { get } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The first ten minutes: init, plan, apply, and the mistakes that everybody makes first. No network is needed: what stands
// in for the first service's image listens on $PORT, too.

const reason = noRealPodman();
const image = 'docker.io/library/nginx:1.27-alpine';

describe.skipIf(reason !== undefined)(`first steps ${reason ?? ''}`, () => {
  let dir: string;
  let port: number;
  const file = (path: string) => join(dir, 'try', path);

  /** Without a variable of ours: what a newcomer's shell has. */
  const command = (program: string, cwd: string, ...args: readonly string[]) =>
    new Promise<RunOutcome>((resolve) => {
      const { RECONCILE_CONFIG: _, ...env } = process.env;
      const options = { cwd: join(dir, cwd), env: { ...env, NO_COLOR: '1', COLUMNS: '120' }, timeout: 60_000 };
      const child = execFile(program, [...args], options, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  const bundle = join(import.meta.dirname, '../../dist/bin/reconcile.js');
  const run = (cwd: string, ...args: readonly string[]) => command(process.execPath, cwd, bundle, ...args);
  const git = async (...args: readonly string[]) => {
    const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.net'];
    return command('git', 'try/fleet', ...who, ...args);
  };
  const write = (name: string, text: string) => writeFile(file(`fleet/services/${name}.toml`), text);
  const commit = async (message: string) => {
    await git('add', '-A');
    expect((await git('commit', '-q', '-m', message)).code).toBe(0);
  };
  const answer = async () => (await get({ port, host: 'hello.localhost', timeoutMs: 5000 })).status;

  beforeAll(async () => {
    await buildTestImage('1');
    dir = await mkdtemp(join(tmpdir(), 'first-'));
    port = await freePort();
  });
  afterAll(async () => {
    const pidFile = file('state/haproxy/haproxy.pid');
    const pid = existsSync(pidFile) ? Number((await readFile(pidFile, 'utf8')).trim().split('\n')[0]) : 0;
    if (pid > 1) process.kill(pid, 'SIGTERM');
    await podman(['rm', '-af', '-t', '0', '--volumes']);
    await podman(['rmi', '-f', image]).catch(() => undefined);
    await rm(dir, { recursive: true, force: true });
  });

  it('init writes a node and a fleet that work as they stand, and never twice', async () => {
    const made = await run('.', 'init', 'try');
    expect(made).toMatchObject({ code: 0 });
    expect(made.stdout).toContain('next:  cd try && reconcile plan');
    const plan = await run('try', 'plan');
    expect(plan).toMatchObject({ code: 2, stderr: '' });
    expect(plan.stdout).toMatch(/^ {2}\+ +hello\/hello /m);
    expect(await run('.', '--config', file('node.toml'), 'plan')).toMatchObject({ code: 2 });
    const again = await run('.', 'init', 'try');
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('[INIT_EXISTS]');
    expect(await run('try', 'validate')).toMatchObject({ code: 0, stderr: '' });
  });

  it('apply makes it so, ps shows it, the plan is empty', async () => {
    await podman(['tag', testImage('1'), image]);
    // The only line that cannot stay: this machine may have something on 8080.
    const text = await readFile(file('node.toml'), 'utf8');
    await writeFile(file('node.toml'), text.replace('127.0.0.1:8080', `127.0.0.1:${port}`), { mode: 0o600 });
    const applied = await run('try', 'apply');
    expect(applied.code, applied.stderr).toBe(0);
    expect(await answer()).toBe(200);
    const ps = await run('try', 'ps');
    expect(ps).toMatchObject({ code: 0 });
    expect(ps.stdout).toMatch(/hello +running +ok/);
    const plan = await run('try', 'plan');
    expect(plan).toMatchObject({ code: 0, stderr: '' });
    expect(plan.stdout).toMatch(/converged: 1 service/);
  });

  it.each([
    [':latest', 'image = "docker.io/library/nginx:latest"', '', ['web.toml:2:9', ':latest', 'nginx:1.27']],
    ['a short image name', 'image = "nginx:1.27"', '', ['web.toml:2:9', 'write docker.io/library/nginx:1.27']],
    [
      'memory under the route',
      `image = "${image}"`,
      'container_port = 80\nmemory = "512MiB"\n',
      ['web.toml:6:1', 'routes.memory', 'move `memory` up, above [[routes]] in line 3'],
    ],
  ])('%s: told by validate and by plan, and what runs goes on', async (...[, first, more, says]) => {
    await write('web', `name = "web"\n${first}\n[[routes]]\nport = 8080\n${more}`);
    const validated = await run('try/fleet', 'validate');
    expect(validated.code).toBe(1);
    for (const text of says) expect(validated.stdout).toContain(text);
    await commit('a mistake');
    const plan = await run('try', 'plan');
    expect(plan.code).toBe(3);
    for (const text of says) expect(plan.stderr).toContain(text);
    expect(plan.stderr).toContain('has 1 error and is not applied; going on with');
    expect(await run('try', 'apply')).toMatchObject({ code: 3 });
    expect(await answer()).toBe(200);
    await git('rm', '-q', '-f', 'services/web.toml');
    await commit('taken back');
  });

  it('no container_port: a known image is told before, any other at its gate, and the good version serves', async () => {
    const hello = await readFile(file('fleet/services/hello.toml'), 'utf8');
    await write('hello', hello.replace(/^container_port.*\n/m, ''));
    const warned = await run('try/fleet', 'validate');
    expect(warned).toMatchObject({ code: 0 });
    expect(warned.stdout).toMatch(/warning services\/hello\.toml:5:1[\s\S]*add container_port = 80/);
    const cmd = 'cmd = ["/bin/httpd", "-f", "-p", "80", "-h", "/tmp"]';
    const text = `name = "hello"\nimage = "${testImage('1')}"\n${cmd}\nstop_timeout = "1s"\n[[routes]]\nport = 8080\n[update]\ndeadline = "2s"\nmin_ready = "200ms"\ndrain = "1s"\n`;
    await write('hello', text);
    expect(await run('try/fleet', 'validate')).toMatchObject({ code: 0, stderr: '' });
    await commit('a program with a port of its own');
    const applied = await run('try', 'apply', '-y');
    expect(applied.code).toBe(3);
    expect(applied.stdout + applied.stderr).toMatch(/the program listens on 80: set container_port = 80 in its route/);
    expect(await answer()).toBe(200);
    await write('hello', text.replace('port = 8080', 'port = 8080\ncontainer_port = 80'));
    await commit('with its port');
    expect((await run('try', 'apply', '-y')).code).toBe(0);
    expect((await run('try', 'plan')).code).toBe(0);
  });

  it('the hook that validate --help shows lets no mistake into a commit', async () => {
    const { stdout } = await run('.', 'validate', '--help');
    const [, made = ''] = /^ {2}(printf[\s\S]*?chmod .*)$/m.exec(stdout) ?? [];
    await command('mkdir', 'try/fleet', '-p', '.git/hooks');
    expect(await command('sh', 'try/fleet', '-c', made)).toMatchObject({ code: 0 });
    await write('web', 'name = "web"\nimage = "nginx"\n');
    await git('add', '-A');
    const refused = await git('commit', '-q', '-m', 'a mistake');
    expect(refused.code).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain('services/web.toml:2:9');
    await write('web', `name = "web"\nimage = "${image}"\n`);
    await git('add', '-A');
    expect((await git('commit', '-q', '-m', 'right')).code).toBe(0);
  });

  it('bash completes the names of services', async () => {
    const typed = `COMP_WORDS=(reconcile ps he); COMP_CWORD=2; _reconcile; printf "%s\\n" "\${COMPREPLY[@]}"`;
    const { stdout } = await command('bash', 'try', '--norc', '-c', `source <(reconcile completion bash); ${typed}`);
    expect(stdout).toBe('hello\n');
  });

  it('the very first commit is wrong: plan and apply name every problem', async () => {
    expect((await run('.', 'init', 'other')).code).toBe(0);
    await writeFile(join(dir, 'other/fleet/services/hello.toml'), 'name = "hello"\nimage = "nginx"\nmemry = "1g"\n');
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.net'];
    await command('git', 'other/fleet', ...identity, 'commit', '-q', '-a', '-m', 'wrong');
    for (const verb of ['plan', 'apply']) {
      const { code, stderr } = await run('other', verb);
      expect(code).toBe(1);
      expect(stderr).toContain('services/hello.toml:2:9');
      expect(stderr).toContain('services/hello.toml:3:1');
      expect(stderr).toContain('did you mean `memory`?');
    }
  });

  it.each([
    [64, ['plann']],
    [64, ['plan', '--no-such-option']],
    [64, ['completion']],
    [1, ['validate', 'nowhere']],
    [1, ['plan', '--config', 'nowhere/node.toml']],
    [0, ['validate', '--help']],
  ])('exit code %i: %j', async (code, words) => {
    expect((await run('try', ...words)).code).toBe(code);
  });

  it('no node.toml anywhere: the next command is named', async () => {
    await chmod(dir, 0o700);
    const { code, stderr } = await run('.', 'plan');
    expect(code).toBe(1);
    expect(stderr).toMatch(/\[CONFIG_NONE\][\s\S]*next {4}reconcile init/);
  });
});
