import { readdir, readFile, readlink } from 'node:fs/promises';
import { AgentProcess } from '@reconcile/testkit/agent';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// What a rootless container needs beside its own process, killed: podman goes on calling it `Up`, and nothing but this agent looks.

const reason = noRealPodman();

/** Asked so rarely that no probe can be who noticed. */
const definition = (name: string, more: string) => `name = "${name}"
[[components]]
name = "main"
image = "${testImage('1')}"
stop_timeout = "1s"
${more}
[components.health]
type = "http"
path = "/healthz"
interval = "10m"
`;

interface Facts {
  readonly id: string;
  readonly pid: number;
  readonly netns: string;
  readonly sandbox: string;
}

describe.skipIf(reason !== undefined)(`agent: companions of containers ${reason ?? ''}`, () => {
  let home: FleetHome;
  let agent: AgentProcess;
  const ports = new Map<string, number>();

  async function facts(name: string): Promise<Facts> {
    const container = (await home.container(`${name}/main`)) ?? 'none';
    const format = '{{.Id}} {{.State.Pid}} {{.NetworkSettings.SandboxKey}}';
    const { stdout } = await podman(['inspect', '--type', 'container', '--format', format, container]);
    const [id = '', pid = '', sandbox = ''] = stdout.trim().split(' ');
    return { id, pid: Number(pid), sandbox, netns: await readlink(`/proc/${pid}/ns/net`) };
  }

  const isWell = async (name: string) =>
    fetch(`http://127.0.0.1:${ports.get(name)}/healthz`, { signal: AbortSignal.timeout(2_000) }).then(
      ({ ok }) => ok,
      () => false,
    );

  /** Processes of this user with these words in their command line, in this network if one is named. */
  async function processes(words: readonly string[], netns?: string): Promise<readonly number[]> {
    const found: number[] = [];
    for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
      const line = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
      const at = await readlink(`/proc/${pid}/ns/net`).catch(() => undefined);
      if (at === undefined || !words.every((word) => line.includes(word))) continue;
      if (netns === undefined || at === netns) found.push(Number(pid));
    }
    return found;
  }

  /** Kills them and waits until another process serves; the neighbour's stays. */
  async function killed(name: string, pids: readonly number[]): Promise<{ before: Facts; now: Facts }> {
    const before = await facts(name);
    const neighbour = await facts('other');
    expect(pids.length).toBeGreaterThan(0);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await expect
      .poll(
        () =>
          facts(name).then(
            ({ pid }) => pid,
            () => before.pid,
          ),
        { timeout: 15_000, interval: 50 },
      )
      .not.toBe(before.pid);
    await expect.poll(() => isWell(name), { timeout: 10_000, interval: 50 }).toBe(true);
    await agent.converged();
    expect(await facts('other')).toEqual(neighbour);
    // A person's word, so that what died before is no reason to wait.
    await home.run('retry', name);
    return { before, now: await facts(name) };
  }

  beforeAll(async () => {
    await buildTestImage('1');
    for (const name of ['web', 'inner', 'other']) ports.set(name, await freePort());
    const publish = (name: string) => `ports = ["127.0.0.1:${ports.get(name)}:8080"]`;
    home = await FleetHome.make({ more: '[api]\nhttp = []\n' });
    await home.commit('three services', {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n',
      'services/web.toml': definition('web', publish('web')),
      'services/inner.toml': definition('inner', `${publish('inner')}\nnetwork = "inner"`),
      'services/other.toml': definition('other', publish('other')),
    });
    agent = await AgentProcess.start(home);
    await agent.converged();
  });
  afterAll(async () => {
    await agent?.end();
    await home?.close();
  });

  it('its monitor: made anew, since nobody would see it end', async () => {
    const before = await facts('web');
    const { now } = await killed('web', await processes(['conmon', before.id]));
    expect(now.id).not.toBe(before.id);
    expect((await home.run('history', 'web')).stdout).toMatch(/ProcessGone|process/);
  });

  it('the forwarder of its ports: started anew', async () => {
    const { netns } = await facts('web');
    const { before, now } = await killed('web', await processes(['rootlessport'], netns));
    expect(now.id).toBe(before.id);
    expect((await home.run('history', 'web')).stdout).toMatch(/the forwarder of its ports \(rootlessport\) is gone/);
  });

  it('its way out: started anew, though its port still answers', async () => {
    const { sandbox } = await facts('web');
    const { before, now } = await killed('web', await processes(['slirp4netns', sandbox]));
    expect(now.id).toBe(before.id);
    expect(await processes(['slirp4netns', now.sandbox])).toHaveLength(1);
  });

  it('what answers for names: back again', async () => {
    const { before, now } = await killed('inner', await processes(['aardvark-dns']));
    expect(now.id).toBe(before.id);
    const { stdout } = await podman(['exec', (await home.container('inner/main')) ?? '', 'nslookup', 'inner']);
    expect(stdout).toMatch(/Address.*10\./);
  });
});
