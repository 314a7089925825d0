import { execFileSync } from 'node:child_process';
import { AgentProcess } from '@reconcile/testkit/agent';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { get } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The daemon over real podman: commits converge without a command, what is killed comes back, its own end stops nothing.

const reason = noRealPodman();

const service = (name: string, image: string, more = '') =>
  `name = "${name}"\n[[components]]\nname = "main"\nimage = "${testImage(image)}"\nstop_timeout = "1s"\n${more}`;
const route = (name: string) => `[[components.routes]]\nport = 8080\nhostname = "${name}.example.net"\n`;

interface Life {
  readonly id: string;
  readonly pid: number;
}

describe.skipIf(reason !== undefined)(`agent ${reason ?? ''}`, () => {
  let home: FleetHome;
  let agent: AgentProcess;
  let port: number;

  const answer = async (name: string) =>
    (await get({ port, host: `${name}.example.net`, timeoutMs: 10_000 }).catch(() => undefined))?.body.trim();

  async function life(slot: string): Promise<Life> {
    const name = await home.container(slot);
    const { stdout } = await podman(['inspect', '--format', '{{.Id}} {{.State.Pid}}', name ?? 'none']);
    const [id = '', pid = ''] = stdout.trim().split(' ');
    return { id, pid: Number(pid) };
  }

  async function lives(): Promise<readonly Life[]> {
    return Promise.all(['web/main', 'other/main'].map(life));
  }

  beforeAll(async () => {
    await Promise.all([buildTestImage('1'), buildTestImage('2')]);
    port = await freePort();
    home = await FleetHome.make({ listeners: { 8080: `127.0.0.1:${port}` }, more: '[api]\nhttp = []\n' });
    await home.commit('one service', {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n',
      'services/web.toml': service('web', '1', route('web')),
    });
    await home.git('config', 'user.name', 'ops');
    await home.git('config', 'user.email', 'ops@example.net');
    agent = await AgentProcess.start(home);
  });
  afterAll(async () => {
    await agent?.end();
    await home?.close();
  });

  it('what is committed runs, without a command', async () => {
    await agent.converged();
    expect(await answer('web')).toBe('1');
    const commit = await home.commit('another', { 'services/other.toml': service('other', '1', route('other')) });
    await agent.converged(commit);
    expect(await answer('other')).toBe('1');
    const next = await home.commit('a new version', { 'services/web.toml': service('web', '2', route('web')) });
    await agent.converged(next);
    expect(await answer('web')).toBe('2');
    expect(await answer('other')).toBe('1');
  });

  it('status and ps beside it say the same as its own documents', async () => {
    const { stdout } = await home.run('ps', '--json');
    const own = await (await agent.service).services({
      by: { issuer: 'unix', subject: '0', kind: 'person', scopes: [] },
      signal: AbortSignal.timeout(10_000),
    });
    const plain = (document: { readonly rows: readonly object[] }) => document.rows;
    expect(plain(own)).toEqual(plain(JSON.parse(stdout)));
    expect(own.exit).toBe(0);
  });

  it('killed: running again, the same container, nobody else touched', async () => {
    const [before, neighbour] = await lives();
    const took: number[] = [];
    for (let i = 0; i < 3; i++) {
      // Well again, its gate included: what dies before that waits out a pause, as it should.
      await agent.converged();
      const { pid } = await life('web/main');
      expect(pid).toBeGreaterThan(1);
      const killedAt = performance.now();
      process.kill(pid, 'SIGKILL');
      await expect
        .poll(async () => [0, pid].includes((await life('web/main').catch(() => undefined))?.pid ?? pid), {
          timeout: 60_000,
          interval: 5,
        })
        .toBe(false);
      took.push(Math.round(performance.now() - killedAt));
    }
    process.stdout.write(`killed to running again, seen by podman inspect: ${took.join(', ')} ms\n`);
    await agent.converged();
    const [now, other] = await lives();
    expect(now?.id).toBe(before?.id);
    expect(other).toEqual(neighbour);
  });

  it('removed: made anew on its own', async () => {
    const name = (await home.container('web/main')) ?? '';
    await podman(['rm', '-f', '-t', '0', name]);
    await expect.poll(() => home.container('web/main'), { timeout: 60_000 }).toBe(name);
    await agent.converged();
    await expect.poll(() => answer('web'), { timeout: 10_000 }).toBe('2');
  });

  it('a second agent is refused by the pid of the first; a one-shot beside it is handed over', async () => {
    const second = await home.run('agent');
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`process ${agent.pid} is its agent`);
    const { code, stdout, stderr } = await home.run('restart', 'web', '-m', 'by hand');
    expect(stderr).toMatch(/ok {6}container\/web-[0-9a-f]{8}#start/);
    expect(stdout).toMatch(/^✔ web {2}restarted at /m);
    expect(code).toBe(0);
    const set = await home.run('set', 'web', `image=${testImage('1')}`, '-y');
    expect(`${set.stderr}\n${set.stdout}`).toMatch(/^✔ web {2}converged at /m);
    expect(await answer('web')).toBe('1');
    expect((await home.run('restart', 'wbe')).stderr).toMatch(/\[REQUEST_UNKNOWN\][\s\S]*did you mean/);
  });

  it('a node.toml that cannot be read keeps the old one in force', async () => {
    const { readFile, writeFile } = await import('node:fs/promises');
    const good = await readFile(home.config, 'utf8');
    await writeFile(home.config, 'node = [broken', { mode: 0o600 });
    agent.signal('SIGHUP');
    const broken = await agent.until(({ problems }) => problems['node.toml'] !== undefined);
    expect(broken.problems['node.toml']?.code).toBe('CONFIG_INVALID');
    const commit = await home.commit('goes on', { 'services/web.toml': service('web', '2', route('web')) });
    await agent.converged(commit);
    expect(await answer('web')).toBe('2');
    await writeFile(home.config, good, { mode: 0o600 });
    agent.signal('SIGHUP');
    await agent.until(({ problems }) => problems['node.toml'] === undefined);
    await agent.converged(commit);
  });

  it('the podman service killed: what is killed after it still comes back', async () => {
    // Of this world alone: other users of the machine may have theirs.
    const socket = `unix://${process.env.XDG_RUNTIME_DIR}/reconcile/podman.sock`;
    const found = execFileSync('ps', ['-u', String(process.getuid?.()), '-o', 'pid=,args='], { encoding: 'utf8' })
      .split('\n')
      .filter((text) => text.includes('podman system service') && text.endsWith(socket))
      .map((text) => Number(text.trim().split(' ')[0]));
    expect(found.length).toBeGreaterThan(0);
    for (const pid of found) process.kill(pid, 'SIGKILL');
    const before = await life('other/main');
    process.kill(before.pid, 'SIGKILL');
    await expect.poll(async () => (await life('other/main')).pid, { timeout: 60_000 }).not.toBe(before.pid);
    await agent.converged();
    await agent.until(({ problems }) => Object.keys(problems).length === 0);
  });

  it('looks at what is well, asked to look twice: nothing is written', async () => {
    await agent.converged();
    const before = await home.stateStamp();
    for (let i = 0; i < 2; i++) {
      const { passes } = await agent.state();
      agent.signal('SIGHUP');
      await agent.until((state) => state.passes > passes && state.phase === 'idle', 60_000);
    }
    expect(await home.stateStamp()).toBe(before);
  });

  it('told to end: exit 0 at once, containers untouched; begun again it adopts them all', async () => {
    const before = await lives();
    const startedAt = performance.now();
    expect(await agent.end()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(await lives()).toEqual(before);
    agent = await AgentProcess.start(home);
    await agent.converged();
    expect(await lives()).toEqual(before);
  });

  it('killed in the middle of a pass and begun again: converged, nothing restarted without need', async () => {
    await agent.end();
    agent = await AgentProcess.start(home, { RECONCILE_FAILPOINT: 'after:kill:container/web' });
    await agent.converged();
    const other = await life('other/main');
    await home.commit('a new version', { 'services/web.toml': service('web', '1', route('web')) });
    expect(await agent.ended).toEqual({ code: null, signal: 'SIGKILL' });
    agent = await AgentProcess.start(home);
    await agent.converged();
    expect(await answer('web')).toBe('1');
    expect(await life('other/main')).toEqual(other);
  });
});
