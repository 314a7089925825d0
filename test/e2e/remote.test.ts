import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { decodeDocument, encodeDocument, pathOf } from '@reconcile/rpc/wire';
import { AgentProcess } from '@reconcile/testkit/agent';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, testImage } from '@reconcile/testkit/podman';
import { type Sshd, sshdLacking, startSshd } from '@reconcile/testkit/ssh';
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
    const inside =
      'test -t 0 && echo "tty $TERM"; until stty size | grep -v "^0 0"; do :; done; read x; echo "got $x"; exit 5';
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

  describe.skipIf(sshdLacking !== undefined)(`through ssh ${sshdLacking ?? ''}`, () => {
    let sshd: Sshd;
    let client: string;
    /** As on a laptop: no node.toml, only names of machines. */
    const laptop = (...args: readonly string[]) =>
      home.runWith({ RECONCILE_CONFIG: '', XDG_CONFIG_HOME: client, PATH: `${sshd.bin}:${process.env.PATH}` }, ...args);

    beforeAll(async () => {
      client = join(home.dir, 'laptop');
      await mkdir(join(client, 'reconcile'), { recursive: true });
      const bin = join(home.dir, 'bin');
      await mkdir(bin);
      await symlink(command, join(bin, 'reconcile'));
      await symlink(process.execPath, join(bin, 'node'));
      await writeFile(join(client, 'reconcile', 'client.toml'), '[nodes]\nrift = "near"\norion = "gone"\n');
      sshd = await startSshd(await freePort(), { PATH: `${bin}:${process.env.PATH}`, RECONCILE_CONFIG: home.config });
    });
    afterAll(() => sshd?.close());

    it('-H: the same command there, its output and its exit code', async () => {
      const there = await laptop('-H', 'rift', 'ps', '--json');
      const here = await home.run('ps', '--json');
      const rows = ({ stdout }: { readonly stdout: string }) => (JSON.parse(stdout) as { rows: unknown }).rows;
      expect(rows(there)).toEqual(rows(here));
      const odd = `it's "$HOME" $(id) ; * \\`;
      const said = await laptop('-H', 'rift', 'exec', 'web', '--', 'sh', '-c', 'echo "$1"; exit 9', 'sh', odd);
      expect(said).toMatchObject({ code: 9, stdout: `${odd}\n` });
    });

    it('-H where nobody is, what stays here, and names that ssh would take for options', async () => {
      expect(await laptop('-H', 'orion', 'ps')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('FAR_UNREACHED'),
      });
      expect(await laptop('-H', 'rift', 'init')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('FAR_HERE'),
      });
      expect(await laptop('-H', '-oProxyCommand=id', 'ps')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('FAR_WHERE'),
      });
    });

    it('--all-nodes: each with its name, one that is away stops no other, the worst code counts', async () => {
      const text = await laptop('--all-nodes', 'ps', '-q');
      expect(text).toMatchObject({ code: 1, stderr: expect.stringContaining('orion | not reached: ') });
      expect(text.stdout).toContain('rift  | web');
      const merged = JSON.parse((await laptop('--all-nodes', 'ps', '--json')).stdout) as Record<string, unknown>;
      expect(merged).toMatchObject({
        exit: 1,
        nodes: { rift: { exit: 0, answer: { node: 'rift' } }, orion: { exit: 1, lost: expect.any(String) } },
      });
    });

    it('ssh HOST reconcile stdio: a program speaks gRPC with the agent through it', async () => {
      const child = spawn(join(sshd.bin, 'ssh'), ['-T', '--', 'near', 'reconcile', 'stdio'], { stdio: 'pipe' });
      going.push(child);
      const pipe = Duplex.from({ readable: child.stdout, writable: child.stdin });
      const http2 = connectHttp2('http://localhost', { createConnection: () => pipe });
      const call = http2.request({
        ':method': 'POST',
        ':path': pathOf('State'),
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      const question = encodeDocument({});
      call.end(Buffer.concat([Buffer.from([0, 0, 0, 0, question.length]), question]));
      const said: Buffer[] = [];
      for await (const chunk of call) said.push(chunk as Buffer);
      expect(decodeDocument(Buffer.concat(said).subarray(5))).toMatchObject({ node: 'rift', pid: agent.pid });
      http2.destroy();
    });

    it('dashboard HOST: a link through a tunnel that opens the dashboard once', async () => {
      const env = { ...process.env, RECONCILE_CONFIG: '', PATH: `${sshd.bin}:${process.env.PATH}`, NO_COLOR: '1' };
      const child = spawn(process.execPath, [command, 'dashboard', 'near', '--no-open'], { cwd: home.dir, env });
      going.push(child);
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
      await expect.poll(() => said, { timeout: 20_000 }).toMatch(/http:\/\/127\.0\.0\.1:\d+\/#login=rct_\S+/);
      const [, origin = '', code = ''] = /(http:\/\/[^/]+)\/#login=(\S+)/.exec(said) ?? [];
      const login = () =>
        fetch(`${origin}/api/v1/login`, {
          method: 'POST',
          body: JSON.stringify({ code }),
          headers: { 'content-type': 'application/json', origin },
        });
      expect((await login()).status).toBe(200);
      expect((await login()).status).toBe(401);
      child.kill('SIGINT');
      await expect.poll(() => child.exitCode, { timeout: 10_000 }).toBe(0);
    });
  });

  it('without an agent exec is podman, in the same words', async () => {
    await agent.end();
    const one = reconcile('exec', 'web', '--', 'sh', '-c', 'cat; exit 7');
    one.child.stdin?.end('straight\n');
    expect(await one.ended, one.said).toBe(7);
    expect(one.said).toContain('straight\n');
  });
});
