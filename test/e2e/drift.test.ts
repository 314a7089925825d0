import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { get } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

// Whatever hands and accidents change, one pass puts back; what did not change keeps its process.

const reason = noRealPodman();

interface Facts {
  readonly id: string;
  readonly name: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly imageId: string;
  readonly ports: string;
}

async function facts(home: FleetHome, slot: string): Promise<Facts> {
  const name = await home.container(slot);
  if (name === undefined) throw new Error(`${slot} does not run`);
  const { stdout } = await podman(['inspect', '--type', 'container', name]);
  const [seen] = JSON.parse(stdout) as [
    { Id: string; Image: string; State: { Pid: number; StartedAt: string }; HostConfig: { PortBindings: unknown } },
  ];
  return {
    id: seen.Id,
    name,
    pid: seen.State.Pid,
    startedAt: seen.State.StartedAt,
    imageId: seen.Image,
    ports: JSON.stringify(seen.HostConfig.PortBindings),
  };
}

/** podman's forwarder outlives a removed container for a moment; while it listens, its port is somebody's. */
async function letGo({ name, ports }: Facts): Promise<void> {
  if ((await podman(['ps', '-q', '--filter', `name=^${name}$`])).stdout.trim() !== '') return;
  for (const [, held] of ports.matchAll(/"HostPort":"(\d+)"/g)) {
    await vi.waitUntil(async () => !(await accepts(Number(held))), { timeout: 10_000, interval: 20 });
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

describe.skipIf(reason !== undefined)(`drift ${reason ?? ''}`, () => {
  let home: FleetHome;
  let port: number;
  let before: Facts;
  let neighbour: Facts;

  const answer = async () =>
    (await get({ port, host: 'web.example.net', timeoutMs: 10_000 }).catch(() => undefined))?.status;

  beforeAll(async () => {
    await buildTestImage('1');
    await buildTestImage('2');
    port = await freePort();
    home = await FleetHome.make({ listeners: { 8080: `127.0.0.1:${port}` } });
    await home.commit('one service and its neighbour', {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n',
      'services/web.toml': `name = "web"\n[[components]]\nname = "main"\nimage = "${testImage('1')}"\nnetwork = "inner"\nvolumes = ["web-data:/data"]\nstop_timeout = "1s"\n[[components.routes]]\nport = 8080\nhostname = "web.example.net"\n`,
      'services/other.toml': `name = "other"\n[[components]]\nname = "main"\nimage = "${testImage('1')}"\nstop_timeout = "1s"\nports = ["127.0.0.1:${await freePort()}:8080"]\n`,
    });
    await home.apply(0);
  });
  afterAll(() => home?.close());

  beforeEach(async () => {
    before = await facts(home, 'web/main');
    neighbour = await facts(home, 'other/main');
  });

  /** One pass, then everything as it was: reachable, nothing left to do, the neighbour's process untouched. */
  async function putBack(): Promise<Facts> {
    await letGo(before);
    // From the third change by hand within ten minutes on a person is asked.
    const contested = (await home.plan()).held.filter((hold) => hold.code === 'Contested');
    await home.apply(0, ...contested.flatMap((hold) => ['--confirm', hold.id]));
    const plan = await home.plan();
    expect(plan.actions).toEqual([]);
    expect(plan.exit).toBe(0);
    expect(await answer()).toBe(200);
    const now = await facts(home, 'web/main');
    expect(now.ports).toBe(before.ports);
    expect(now.imageId).toBe(before.imageId);
    expect(await facts(home, 'other/main')).toEqual(neighbour);
    const { stdout } = await podman(['ps', '-a', '--external', '--format', '{{.Names}}']);
    expect(stdout.trim().split('\n').sort()).toEqual([now.name, neighbour.name].sort());
    return now;
  }

  it('stopped by hand: started again, the same container', async () => {
    await podman(['stop', before.name]);
    const now = await putBack();
    expect(now.id).toBe(before.id);
  });

  it('killed: started again, the same container', async () => {
    await podman(['kill', before.name]);
    const now = await putBack();
    expect(now.id).toBe(before.id);
    expect(now.pid).not.toBe(before.pid);
  });

  it('monitor and process killed, which podman does not notice: made anew', async () => {
    const [seen] = JSON.parse((await podman(['inspect', before.name])).stdout) as [{ State: { ConmonPid: number } }];
    process.kill(seen.State.ConmonPid, 'SIGKILL');
    process.kill(before.pid, 'SIGKILL');
    const plan = await home.plan();
    expect(plan.changes.map((change) => [change.slot, change.type, change.reason.code])).toEqual([
      ['web/main', 'rebuild', 'ProcessGone'],
    ]);
    const now = await putBack();
    expect(now.id).not.toBe(before.id);
    expect(now.name).toBe(before.name);
  });

  it('removed: made anew on the same name and port', async () => {
    await podman(['rm', '-f', '-t', '0', before.name]);
    const now = await putBack();
    expect(now.name).toBe(before.name);
  });

  it('recreated by hand with another port: made anew as declared', async () => {
    const { stdout } = await podman(['inspect', '--format', '{{json .Config.Labels}}', before.name]);
    const labels = Object.entries(JSON.parse(stdout) as Record<string, string>).flatMap(([key, value]) => [
      '--label',
      `${key}=${value}`,
    ]);
    await podman(['rm', '-f', '-t', '0', before.name]);
    await podman([
      'run',
      '-d',
      '--name',
      before.name,
      ...labels,
      '--network',
      'inner',
      '-p',
      `127.0.0.1:${await freePort()}:8080`,
      testImage('1'),
    ]);
    const plan = await home.plan();
    expect(plan.changes[0]?.fields.map((field) => field.field)).toEqual(['ports']);
    await putBack();
  });

  it('recreated by hand without labels under our name: foreign, named, never touched', async () => {
    await podman(['rm', '-f', '-t', '0', before.name]);
    await podman(['run', '-d', '--name', before.name, testImage('1')]);
    const outcome = await home.run('apply', '-y');
    expect(outcome.code).toBe(3);
    expect((await home.plan()).waiting.map((wait) => wait.code)).toContain('NameConflict');
    expect((await podman(['ps', '--format', '{{.Names}}'])).stdout).toContain(before.name);
    await podman(['rm', '-f', '-t', '0', before.name]);
    await putBack();
  });

  it('changed by hand for the third time in ten minutes: held until somebody confirms', async () => {
    const outcomes: number[] = [];
    for (let i = 0; i < 3; i++) {
      await podman(['rm', '-f', '-t', '0', before.name]);
      outcomes.push((await home.run('apply', '-y')).code);
    }
    expect(outcomes.at(-1)).toBe(3);
    expect((await home.plan()).held.map((hold) => hold.code)).toEqual(['Contested']);
    await putBack();
  });

  it('tag moved to another image: moved back, nothing restarts', async () => {
    const { stdout } = await podman(['inspect', '--type', 'image', '--format', '{{.Id}}', testImage('2')]);
    await podman(['tag', stdout.trim(), testImage('1')]);
    const now = await putBack();
    expect(now).toEqual(before);
    const after = await podman(['inspect', '--type', 'image', '--format', '{{.Id}}', testImage('1')]);
    expect(after.stdout.trim()).toContain(before.imageId.replace('sha256:', ''));
  });

  it('volume removed with its container: both made anew', async () => {
    await podman(['volume', 'rm', '-f', 'web-data']);
    await putBack();
    expect((await podman(['volume', 'ls', '--format', '{{.Name}}'])).stdout).toContain('web-data');
  });

  it('network removed with its container: both made anew', async () => {
    await podman(['network', 'rm', '-f', '-t', '0', 'inner']);
    await putBack();
  });

  it('created but never started (a crash in between): started', async () => {
    await podman(['rm', '-f', '-t', '0', before.name]);
    const contested = (await home.plan()).held.flatMap((hold) => ['--confirm', hold.id]);
    const outcome = await home.runWith(
      { RECONCILE_FAILPOINT: 'recorded:kill:container/web' },
      'apply',
      '-y',
      ...contested,
    );
    expect(outcome.code).not.toBe(0);
    const state = await podman(['inspect', '--format', '{{.State.Status}}', before.name]);
    expect(state.stdout.trim()).toBe('created');
    await putBack();
  });

  it('only the storage of a half-made container is left: released, then made', async () => {
    await podman(['rm', '-f', '-t', '0', before.name]);
    await leaveStorage(before.name);
    const external = await podman(['ps', '-a', '--external', '--format', '{{.Names}} {{.Status}}']);
    expect(external.stdout).toMatch(new RegExp(`${before.name} (Storage|storage)`));
    await putBack();
  });

  it('route edited in the running proxy: put back', async () => {
    const manifest = await readFile(join(home.state, 'haproxy', 'manifest.json'), 'utf8');
    expect(manifest).toContain('web.example.net');
    const { createConnection } = await import('node:net');
    const socket = await statsSocket();
    const say = (text: string) =>
      new Promise<string>((resolve, reject) => {
        let said = '';
        const connection = createConnection(socket, () => connection.end(`${text}\n`));
        connection.on('data', (part) => {
          said += part.toString();
        });
        connection.on('end', () => resolve(said)).on('error', reject);
      });
    const servers = (await say('show servers state')).split('\n').filter((text) => / 127\.0\.0\.1 /.test(text));
    for (const text of servers) {
      const [, backend, , server] = text.split(' ');
      await say(`set server ${backend}/${server} addr 127.0.0.1 port 9`);
    }
    const now = await putBack();
    expect(now).toEqual(before);
  });

  async function statsSocket(): Promise<string> {
    const { readdir } = await import('node:fs/promises');
    const base = join(process.env.XDG_RUNTIME_DIR ?? '', 'reconcile');
    for (const dir of await readdir(base)) if (dir.startsWith('haproxy-')) return join(base, dir, 'stats.sock');
    throw new Error('no proxy socket');
  }

  /** podman create killed early leaves a storage container that `podman ps` does not show (performance.md 6.3). */
  async function leaveStorage(name: string): Promise<void> {
    const { spawn } = await import('node:child_process');
    for (let afterMs = 20; afterMs < 400; afterMs += 2) {
      const child = spawn('podman', ['create', '--name', name, testImage('1')], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      child.kill('SIGKILL');
      await ended;
      const { stdout } = await podman(['ps', '-a', '--external', '--format', '{{.Names}} {{.Status}}']);
      const line = stdout.split('\n').find((text) => text.startsWith(`${name} `));
      if (line !== undefined && /storage/i.test(line)) return;
      if (line !== undefined) await podman(['rm', '-f', name]);
    }
    throw new Error('podman left no storage behind at any moment');
  }
});
