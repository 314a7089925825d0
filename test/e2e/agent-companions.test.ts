import { AgentProcess } from '@reconcile/testkit/agent';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Life, lifeOf, processesOf } from './companions.fixture.ts';

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

describe.skipIf(reason !== undefined)(`agent: companions of containers ${reason ?? ''}`, () => {
  let home: FleetHome;
  let agent: AgentProcess;
  const ports = new Map<string, number>();

  const facts = async (name: string) => lifeOf((await home.container(`${name}/main`)) ?? 'none');

  const isWell = async (name: string) =>
    fetch(`http://127.0.0.1:${ports.get(name)}/healthz`, { signal: AbortSignal.timeout(2_000) }).then(
      ({ ok }) => ok,
      () => false,
    );

  /** Kills them and waits until another process serves; the neighbour's stays. */
  async function killed(name: string, pids: readonly number[]): Promise<{ before: Life; now: Life }> {
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
    const { now } = await killed('web', await processesOf(['conmon', before.id]));
    expect(now.id).not.toBe(before.id);
    expect((await home.run('history', 'web')).stdout).toMatch(/ProcessGone|process/);
  });

  it('the forwarder of its ports: started anew', async () => {
    const { netns } = await facts('web');
    const { before, now } = await killed('web', await processesOf(['rootlessport'], netns));
    expect(now.id).toBe(before.id);
    expect((await home.run('history', 'web')).stdout).toMatch(/the forwarder of its ports \(rootlessport\) is gone/);
  });

  it('its way out: started anew, though its port still answers', async () => {
    const { sandbox } = await facts('web');
    const { before, now } = await killed('web', await processesOf(['slirp4netns', sandbox]));
    expect(now.id).toBe(before.id);
    expect(await processesOf(['slirp4netns', now.sandbox])).toHaveLength(1);
  });

  it('what answers for names: back again', async () => {
    const { before, now } = await killed('inner', await processesOf(['aardvark-dns']));
    expect(now.id).toBe(before.id);
    const container = (await home.container('inner/main')) ?? '';
    const names = () => podman(['exec', container, 'nslookup', 'inner']).then(({ stdout }) => stdout, String);
    await expect.poll(names, { timeout: 15_000 }).toMatch(/Address.*10\./);
  });
});
