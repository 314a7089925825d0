import { join } from 'node:path';
import { listSchedules, openRegistry, putSchedule } from '@reconcile/registry';
import { AgentProcess } from '@reconcile/testkit/agent';
import { FleetHome } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Jobs on a schedule over real podman. What is due is brought about by a node that was away for two days.

const reason = noRealPodman();
const slot = 'notes/dump';
const definition = `name = "notes"
[[components]]
name = "main"
image = "${testImage('1')}"
stop_timeout = "1s"
[[jobs]]
name = "dump"
image = "same:main"
schedule = "30 3 * * *"
catch_up = true
cmd = ["/bin/sh", "-c", "echo dumped; sleep 6"]
`;

interface Told {
  readonly rows: readonly { readonly slot: string; readonly state: string; readonly job?: object }[];
  readonly notes?: readonly string[];
}

describe.skipIf(reason !== undefined)(`jobs on a schedule ${reason ?? ''}`, () => {
  let home: FleetHome;
  let agent: AgentProcess | undefined;

  const told = async () => JSON.parse((await home.run('status', '-o', 'json')).stdout) as Told;
  const job = async () => (await told()).rows.find((row) => row.slot === slot);
  const runs = async () =>
    (await podman(['ps', '--all', '--no-trunc', '--filter', 'name=^notes-dump-', '--format', '{{.ID}}'])).stdout
      .trim()
      .split('\n')
      .filter(Boolean);
  const main = async () =>
    (
      await podman(['inspect', '--format', '{{.State.Pid}}', (await home.container('notes/main')) ?? 'none'])
    ).stdout.trim();

  beforeAll(async () => {
    await buildTestImage('1');
    home = await FleetHome.make({ more: '[api]\nhttp = []\n' });
    await home.commit('a service with a job', {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n',
      'services/notes.toml': definition,
    });
  });
  afterAll(async () => {
    await agent?.end();
    await home?.close();
  });

  it('without an agent that is a note, and no trouble', async () => {
    await home.apply();
    const { code, stdout } = await home.run('plan');
    expect(code).toBe(0);
    expect(stdout).toContain(`note: no agent runs here, so nothing runs by its schedule: ${slot}`);
    expect(await told()).toMatchObject({ notes: [expect.stringContaining(slot)] });
  });

  it('what was due while it was away runs once, holds no repair up, and outlives the agent', async () => {
    agent = await AgentProcess.start(home);
    const { wakeAt } = await agent.until((state) => state.wakeAt !== undefined);
    expect(new Date(wakeAt ?? 0).toISOString()).toContain('T03:30:00');
    expect((await told()).notes).toBeUndefined();
    await agent.end();
    await away(join(home.state, 'registry.db'));

    agent = await AgentProcess.start(home);
    await expect.poll(runs, { timeout: 20_000 }).toHaveLength(1);
    const [id] = await runs();
    expect(await job()).toMatchObject({ state: 'running', job: { last: { trigger: 'catch-up', outcome: 'running' } } });

    const before = await main();
    process.kill(Number(before), 'SIGKILL');
    await expect.poll(main, { timeout: 20_000 }).not.toMatch(new RegExp(`^(0|${before})$`));
    await agent.end('SIGKILL');
    agent = await AgentProcess.start(home);
    // Still the same run: neither the repair nor the end of the agent waited for it, or began another.
    expect(await runs()).toEqual([id]);

    await agent.until(({ last, phase }) => phase === 'idle' && last?.outcome === 'converged');
    expect(await runs()).toEqual([]);
    expect(await job()).toMatchObject({
      state: 'idle',
      job: { failures: 0, last: { trigger: 'catch-up', outcome: 'ended', exitCode: 0 } },
    });
    const { stdout } = await home.run('history', slot, '-o', 'json');
    expect((JSON.parse(stdout) as { what: string }[]).filter(({ what }) => what === 'ran')).toHaveLength(1);
    const explained = (await home.run('explain', slot)).stdout;
    expect(explained).toMatch(/next run.*03:30:00|03:30:00.*next run/);
  });
});

/** Nobody was there for two days. */
async function away(path: string): Promise<void> {
  const registry = openRegistry(path, { mode: 'write', epoch: Date.now() });
  const row = registry.read(listSchedules)[slot];
  if (row === undefined) throw new Error('no schedule is kept');
  await registry.write((rows) => putSchedule(rows, slot, { ...row, goneByAt: row.goneByAt - 2 * 86_400_000 }));
  await registry.close();
}
