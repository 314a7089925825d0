import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { AgentProcess } from '@reconcile/testkit/agent';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A node reached through its agent: programs inside its containers, what goes on, from here and from afar.

const reason = noRealPodman();
const command = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'reconcile.js');

const service = (name: string) =>
  `name = "${name}"\n[[components]]\nname = "main"\nimage = "${testImage('1')}"\nstop_timeout = "1s"\n`;

interface Going {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  said: string;
}

describe.skipIf(reason !== undefined)(`an agent, asked ${reason ?? ''}`, () => {
  let home: FleetHome;
  let agent: AgentProcess;
  const going: ChildProcess[] = [];

  /** A command that goes on; `script` gives it a terminal. */
  function begin(program: string, args: readonly string[]): Going {
    const env = { ...process.env, RECONCILE_CONFIG: home.config, NO_COLOR: '1', TERM: 'vt100' };
    const child = spawn(program, args, { cwd: home.dir, env, stdio: 'pipe' });
    going.push(child);
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const made: Going = { child, ended, said: '' };
    const hear = (text: Buffer) => {
      made.said += text.toString();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    return made;
  }
  const reconcile = (...args: readonly string[]) => begin(process.execPath, [command, ...args]);
  const heard = (one: Going, what: string | RegExp) =>
    expect.poll(() => one.said, { timeout: 20_000, interval: 50 }).toMatch(what);

  beforeAll(async () => {
    await buildTestImage('1');
    const http = await freePort();
    home = await FleetHome.make({ proxy: 'none', more: `[api]\nhttp = ["127.0.0.1:${http}"]\n` });
    await home.commit('two services', {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n',
      'services/web.toml': service('web'),
      'services/pair.toml': `${service('pair')}[[components]]\nname = "side"\nimage = "${testImage('1')}"\n`,
    });
    agent = await AgentProcess.start(home);
    await agent.converged();
  });
  afterAll(async () => {
    for (const child of going) child.kill('SIGKILL');
    await agent?.end();
    await home?.close();
  });

  it('exec: both outputs, stdin to its end, and the exit code of the program', async () => {
    const one = reconcile('exec', 'web', '--', 'sh', '-c', 'cat; echo wrong >&2; exit 7');
    one.child.stdin?.end('piped in\n');
    expect(await one.ended).toBe(7);
    expect(one.said).toContain('piped in\n');
    expect(one.said).toContain('wrong\n');
    const which = await home.run('exec', 'pair', '--', 'true');
    expect(which).toMatchObject({ code: 1, stderr: expect.stringContaining('pair/main, pair/side') });
  });

  it('exec with a terminal: its size, its keys, its exit code', async () => {
    const inside = 'test -t 0 && echo "tty $TERM"; stty size; read x; echo "got $x"; exit 5';
    const outside = `stty cols 91 rows 21; exec '${process.execPath}' '${command}' exec web -- sh -c '${inside}'`;
    const one = begin('script', ['-qec', outside, '/dev/null']);
    await heard(one, '21 91');
    one.child.stdin?.write('hello\r');
    expect(await one.ended).toBe(5);
    expect(one.said).toContain('tty vt100');
    expect(one.said).toContain('got hello');
  });

  it('who is gone hung up; who ran what is in the audit, what it said is not', async () => {
    const one = reconcile('exec', 'web', '--', 'sh', '-c', 'echo begun; exec sleep 987654');
    await heard(one, 'begun');
    const running = async () =>
      (await home.run('exec', 'web', '--', 'sh', '-c', 'ps -o args | grep -c [9]87654')).stdout;
    expect(await running()).toBe('1\n');
    one.child.kill('SIGINT');
    await one.ended;
    await expect.poll(running, { timeout: 10_000 }).toBe('0\n');
    const audit = await home.audit();
    expect(audit).toContainEqual(
      expect.objectContaining({
        method: 'exec',
        target: 'web',
        via: 'socket',
        outcome: 'allowed',
        args: { argv: ['sh', '-c', 'echo begun; exec sleep 987654'], terminal: false },
      }),
    );
    expect(JSON.stringify(audit)).not.toContain('piped in');
  });

  it('logs -f and events -f go on, and end with Ctrl-C', async () => {
    const logs = reconcile('logs', 'web', '-f');
    const events = reconcile('events', '-f', '--json');
    await heard(logs, 'web 1 serve');
    await home.run('restart', 'web');
    await heard(events, /container\/web-\w+#start/);
    for (const { child } of [logs, events]) child.kill('SIGINT');
    expect(await events.ended).toBe(0);
    expect(await logs.ended).toBe(0);
  });

  it('without an agent exec is podman, in the same words', async () => {
    await agent.end();
    const one = reconcile('exec', 'web', '--', 'sh', '-c', 'cat; exit 7');
    one.child.stdin?.end('straight\n');
    expect(await one.ended).toBe(7);
    expect(one.said).toContain('straight\n');
  });
});
