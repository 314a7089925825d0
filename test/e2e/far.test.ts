import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { appendFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AgentProcess } from '@reconcile/testkit/agent';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { type Credentials, makePki, type Pki } from '@reconcile/testkit/grpc';
import { buildTestImage, noRealPodman, testImage } from '@reconcile/testkit/podman';
import { type Sshd, sshdLacking, startSshd } from '@reconcile/testkit/ssh';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

// A laptop with ssh and git alone, and the agents of two machines: rift, with containers, and lyra, which goes first.

const reason = noRealPodman() ?? sshdLacking;
const command = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'reconcile.js');
const git = async (cwd: string, ...args: readonly string[]) =>
  (await promisify(execFile)('git', ['-C', cwd, ...args], { timeout: 30_000 })).stdout.trim();
const service = (name: string) =>
  `name = "${name}"\nnode = "rift"\n[[components]]\nname = "main"\nimage = "${testImage('1')}"\nstop_timeout = "1s"\n`;

describe.skipIf(reason !== undefined)(`the agent of another machine ${reason ?? ''}`, () => {
  let home: FleetHome;
  let rift: AgentProcess;
  let lyra: ChildProcess;
  let near: Sshd;
  let far: Sshd;
  let bare: Sshd;
  let pki: Pki;
  let own: Credentials;
  let laptop: string;
  let lyraConfig: string;
  const going: ChildProcess[] = [];
  const at = (...names: readonly string[]) => join(laptop, ...names);

  /** Where no node.toml, no podman and no agent is: ssh, which writes down what it was asked for, and git. */
  const envOf = (client: string) => ({
    RECONCILE_CONFIG: '',
    XDG_CONFIG_HOME: at(client),
    PATH: at('bin'),
    XDG_RUNTIME_DIR: '',
  });
  const run = (...args: readonly string[]) => home.runWith(envOf('two'), ...args);
  const asked = async () => (await readFile(at('asked'), 'utf8').catch(() => '')).trim().split('\n').filter(Boolean);

  function begin(client: string, args: readonly string[]) {
    const env = { ...process.env, NO_COLOR: '1', TERM: 'vt100', ...envOf(client) };
    const child = spawn(process.execPath, [command, ...args], { cwd: home.dir, env, stdio: 'pipe' });
    going.push(child);
    const made = { child, said: '', ended: new Promise<number | null>((resolve) => child.once('exit', resolve)) };
    const hear = (text: Buffer) => {
      made.said += text.toString();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    return made;
  }
  const heard = (one: { readonly said: string }, what: string | RegExp) =>
    expect.poll(() => one.said, { timeout: 30_000, interval: 50 }).toMatch(what);

  async function beginLyra(): Promise<void> {
    const env = { ...process.env, RECONCILE_CONFIG: lyraConfig, NO_COLOR: '1' };
    lyra = spawn(process.execPath, [command, 'agent'], { cwd: home.dir, env, stdio: ['ignore', 'pipe', 'inherit'] });
    going.push(lyra);
    const up = new Promise<void>((resolve, reject) => {
      let said = '';
      lyra.stdout?.on('data', (text: Buffer) => {
        said += text.toString();
        if (said.includes(' is up')) resolve();
      });
      lyra.once('exit', () => reject(new Error(`lyra ended: ${said}`)));
    });
    await up;
  }

  async function client(name: string, nodes: string): Promise<void> {
    await mkdir(at(name, 'reconcile'), { recursive: true });
    await writeFile(at(name, 'reconcile', 'client.toml'), nodes);
  }

  beforeAll(async () => {
    await buildTestImage('1');
    pki = await makePki();
    own = await pki.issue('laptop.example.net', 'clientAuth');
    const shown = await pki.issue('rift.example.net', 'serverAuth');
    const port = await freePort();
    const tls = `cert_file = "${shown.certFile}"\nkey_file = "${shown.keyFile}"\nclient_ca_file = "${pki.rootFile}"\n`;
    home = await FleetHome.make({
      proxy: 'none',
      more: `[api]\ngrpc = ["127.0.0.1:${port}"]\n[api.tls]\n${tls}[[api.tls.clients]]\nname = "laptop.example.net"\nrole = "admin"\n`,
    });
    await home.commit('two machines', {
      'fleet.toml':
        'name = "home"\nzone = "example.net"\n[nodes.rift]\nrole = "worker"\naddress = "127.0.0.1"\nrank = 2\n[nodes.lyra]\nrole = "worker"\naddress = "127.0.0.1"\nrank = 1\n',
      'services/web.toml': service('web'),
      'services/pair.toml': `${service('pair')}[[components]]\nname = "side"\nimage = "${testImage('1')}"\n`,
    });
    await git(home.fleet, 'config', 'receive.denyCurrentBranch', 'updateInstead');
    lyraConfig = join(home.dir, 'lyra.toml');
    await writeFile(
      lyraConfig,
      `node = "lyra"\nstate_dir = "${join(home.dir, 'lyra')}"\n[addresses]\nloopback = "127.0.0.1"\n[source]\ntype = "git"\npath = "${home.fleet}"\n[drivers]\ncontainers = "none"\nproxy = "none"\n`,
      { mode: 0o600 },
    );
    rift = await AgentProcess.start(home);
    await rift.converged();
    await beginLyra();

    laptop = join(home.dir, 'laptop');
    await mkdir(at('bin'), { recursive: true });
    const there = join(home.dir, 'bin');
    await mkdir(there);
    await symlink(command, join(there, 'reconcile'));
    await symlink(process.execPath, join(there, 'node'));
    for (const tool of ['git', 'sh', 'stty']) await symlink(`/usr/bin/${tool}`, at('bin', tool));
    const path = `${there}:${process.env.PATH}`;
    near = await startSshd(await freePort(), { PATH: path, RECONCILE_CONFIG: home.config });
    far = await startSshd(await freePort(), { PATH: path, RECONCILE_CONFIG: lyraConfig });
    bare = await startSshd(await freePort(), { PATH: '/usr/bin:/bin', RECONCILE_CONFIG: home.config });
    const named = async (sshd: Sshd, name: string) =>
      (await readFile(sshd.config, 'utf8'))
        .replaceAll('Host near', `Host ${name}`)
        .replaceAll('Host gone', `Host no-${name}`);
    const strange = (await named(near, 'strange')).replace(/UserKnownHostsFile .*/g, 'UserKnownHostsFile /dev/null');
    const denied = (await named(near, 'denied')).replace(/IdentityFile .*/g, `IdentityFile ${at('other')}`);
    await appendFile(near.config, await named(far, 'far'));
    await appendFile(near.config, await named(bare, 'bare'));
    await appendFile(near.config, strange.replaceAll('accept-new', 'yes'));
    await appendFile(near.config, denied);
    await writeFile(at('bin', 'ssh'), `#!/bin/sh\necho "$*" >>${at('asked')}\nexec ${near.bin}/ssh "$@"\n`, {
      mode: 0o755,
    });
    await client('two', '[nodes]\nrift = "near"\nlyra = "far"\n');
    await client('dead', '[nodes]\nrift = "near"\norion = "gone"\n');
    await client(
      'address',
      `[tls]\ncert_file = "${own.certFile}"\nkey_file = "${own.keyFile}"\nroot_file = "${pki.rootFile}"\n[nodes]\nrift = "grpcs://127.0.0.1:${port}"\n`,
    );
  });
  afterEach(() => rm(at('asked'), { force: true }));
  afterAll(async () => {
    for (const child of going) child.kill('SIGKILL');
    await Promise.all([near, far, bare].map((one) => one?.close()));
    await rift?.end();
    await home?.close();
    await pki?.close();
  });

  it('every look: one connection of ssh, and no program there but stdio', async () => {
    const looks = [
      'ps',
      'status',
      'status web',
      'status --boot',
      'explain web',
      'plan',
      'history',
      'events',
      'logs web',
    ];
    for (const look of [...looks, 'route list', 'cert list', 'dns list']) {
      await rm(at('asked'), { force: true });
      const said = await run('-H', 'rift', ...look.split(' '));
      expect(said, look).toMatchObject({ code: 0 });
      const calls = await asked();
      expect(calls, look).toHaveLength(1);
      expect(calls[0]).toMatch(/-- near reconcile stdio$/);
    }
    const there = JSON.parse((await run('-H', 'rift', 'ps', '--json')).stdout) as { rows: unknown };
    const here = JSON.parse((await home.run('ps', '--json')).stdout) as { rows: unknown };
    expect(there.rows).toEqual(here.rows);
  });

  it('exec: what is piped in, both outputs, the exit code; each word as it was', async () => {
    const one = begin('two', ['-H', 'rift', 'exec', 'web', '--', 'sh', '-c', 'cat; echo wrong >&2; exit 7']);
    one.child.stdin?.end('piped in\n');
    expect(await one.ended, one.said).toBe(7);
    expect(one.said).toContain('piped in\n');
    expect(one.said).toContain('wrong\n');
    const odd = `it's "$HOME" $(id) ; * \\`;
    const said = await run('-H', 'rift', 'exec', 'web', '--', 'sh', '-c', 'echo "$1"; exit 9', 'sh', odd);
    expect(said).toMatchObject({ code: 9, stdout: `${odd}\n` });
  });

  it('exec with a terminal', async () => {
    const inside =
      'test -t 0 && echo "tty $TERM"; until stty size | grep -v "^0 0"; do :; done; read x; echo "got $x"; exit 5';
    const outside = `stty cols 91 rows 21; exec '${process.execPath}' '${command}' -H rift exec web -- sh -c '${inside}'`;
    const env = { ...process.env, TERM: 'vt100', ...envOf('two') };
    const child = spawn('/usr/bin/script', ['-qec', outside, '/dev/null'], { env, stdio: 'pipe' });
    going.push(child);
    const one = { said: '' };
    child.stdout.on('data', (text: Buffer) => {
      one.said += text.toString();
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await heard(one, '21 91');
    child.stdin.write('hello\r');
    expect(await ended).toBe(5);
    expect(one.said).toContain('tty vt100');
    expect(one.said).toContain('got hello');
  });

  it('logs -f and events -f go on until Ctrl-C, and leave nothing behind', async () => {
    const logs = begin('two', ['-H', 'rift', 'logs', 'web', '-f']);
    const events = begin('two', ['-H', 'rift', 'events', '-f', '--json']);
    await heard(logs, 'web 1 serve');
    expect(await run('-H', 'rift', 'restart', 'web', '-m', 'new certificate')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('asked through ssh near: new certificate'),
    });
    await heard(events, /container\/web-\w+#start/);
    for (const { child } of [logs, events]) child.kill('SIGINT');
    expect(await logs.ended).toBe(0);
    expect(await events.ended).toBe(0);
    const left = async () => {
      const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
      return lines.map((one) => one.replaceAll('\0', ' ').trim()).filter((one) => one.endsWith('reconcile stdio'));
    };
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
    expect(await home.audit()).toContainEqual(
      expect.objectContaining({ method: 'restart', target: 'web', via: 'socket', outcome: 'allowed' }),
    );
  });

  it('requests and what is stopped on that node alone', async () => {
    expect(await run('-H', 'rift', 'stop', 'pair', '--local')).toMatchObject({ code: 3 });
    expect(await home.container('pair/side')).toBeUndefined();
    expect(await run('-H', 'rift', 'start', 'pair', '--local')).toMatchObject({ code: 0 });
    expect(await home.container('pair/side')).toBeDefined();
    expect(await run('-H', 'rift', 'restart', 'wbe')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('REQUEST_UNKNOWN'),
    });
  });

  it("set: the caller's own checkout is changed and pushed; then the agent there is waited for", async () => {
    await git(laptop, 'clone', '--quiet', home.fleet, 'checkout');
    await git(at('checkout'), 'config', 'user.name', 'Ops');
    await git(at('checkout'), 'config', 'user.email', 'ops@example.net');
    const said = await run('-H', 'rift', '--repo', at('checkout'), 'set', 'web', 'main.env.LEVEL=debug');
    expect(said, said.stderr).toMatchObject({ code: 0 });
    expect(said.stdout).toContain('committed and pushed');
    expect(said.stdout).toMatch(/✔ web {2}converged at [0-9a-f]{7}/);
    expect(await run('-H', 'rift', 'exec', 'web', '--', 'sh', '-c', 'echo $LEVEL')).toMatchObject({
      stdout: 'debug\n',
    });
    expect(await run('-H', 'rift', '--repo', at('checkout'), 'deploy', 'web')).toMatchObject({ code: 0 });
    expect(await run('--all-nodes', '--repo', at('checkout'), 'stop', 'web')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('FAR_HERE'),
    });
  });

  it('at its address, with certificates on both ends', async () => {
    const by = (...args: readonly string[]) => home.runWith(envOf('address'), '-H', 'rift', ...args);
    expect(await by('exec', 'web', '--', 'sh', '-c', 'echo inside; exit 4')).toMatchObject({
      code: 4,
      stdout: 'inside\n',
    });
    expect(await by('restart', 'web')).toMatchObject({ code: 0 });
    expect(await by('ps', '-q')).toMatchObject({ code: 0, stdout: expect.stringContaining('web') });
    expect(await asked()).toEqual([]);
    expect(await home.audit()).toContainEqual(
      expect.objectContaining({
        method: 'exec',
        via: 'grpc',
        by: expect.objectContaining({ subject: 'laptop.example.net' }),
      }),
    );
  });

  it.each([
    ['gone', 'FAR_UNREACHED', /refused/],
    ['strange', 'FAR_HOST_KEY', /fingerprint/],
    ['denied', 'FAR_DENIED', /ssh-copy-id denied/],
    ['bare', 'FAR_NO_PROGRAM', /command -v reconcile/],
    ['-oProxyCommand=id', 'FAR_WHERE', /ssh:\/\//],
  ])('%s: %s', async (to, code, words) => {
    const said = await run('-H', to, 'ps');
    expect(said).toMatchObject({ code: 1, stderr: expect.stringContaining(`[${code}]`) });
    expect(said.stderr).toMatch(words);
  });

  it('all of them: each with its name, at once; one that is away stops no other', async () => {
    const text = await run('--all-nodes', 'ps', '-q');
    expect(text, text.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('rift | web') });
    const one = await home.runWith(envOf('dead'), '--all-nodes', 'ps', '--json');
    expect(one.code).toBe(1);
    expect(JSON.parse(one.stdout)).toMatchObject({
      exit: 1,
      nodes: { rift: { exit: 0, answer: { node: 'rift' } }, orion: { exit: 1, lost: expect.any(String) } },
    });
    const ran = await home.runWith(envOf('dead'), '--all-nodes', 'exec', 'web', '--', 'sh', '-c', 'echo hi; exit 6');
    expect(ran.stdout).toContain('rift  | hi\n');
  });

  it('all of them: events -f of each as they come', async () => {
    const events = begin('two', ['--all-nodes', 'events', '-f', '-v']);
    await heard(events, /(rift|lyra) \| /);
    await run('-H', 'rift', 'restart', 'web');
    await heard(events, /rift \| .*web/);
    events.child.kill('SIGINT');
    expect(await events.ended).toBe(0);
  });

  it('apply on all: by rank, one after another, and no further than the first that is not well', async () => {
    const all = async (...more: readonly string[]) => {
      const said = await run('--all-nodes', 'apply', '--json', ...more);
      return { code: said.code, ...(JSON.parse(said.stdout) as { order: string[]; nodes: Record<string, object> }) };
    };
    expect(await all()).toMatchObject({
      code: 0,
      order: ['lyra', 'rift'],
      nodes: { lyra: { exit: 0 }, rift: { exit: 0 } },
    });
  });

  it('a machine without an agent: the next command', async () => {
    lyra.kill('SIGTERM');
    await new Promise((resolve) => lyra.once('exit', resolve));
    const said = await run('-H', 'lyra', 'ps');
    expect(said).toMatchObject({ code: 1, stderr: expect.stringContaining('[FAR_NO_AGENT]') });
    expect(said.stderr).toContain('ssh far reconcile install');
    // What no agent is needed for is carried there as words.
    expect(await run('-H', 'lyra', 'snapshots', 'web')).toMatchObject({ code: 0 });
  });
});
