import type { BootReport } from '@reconcile/core';
import { AgentProcess } from '@reconcile/testkit/agent';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { get } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Continuous health, and what a person says about this node alone, over real podman.

const reason = noRealPodman();

/** Told, and left as they are: what leads to them parks. */
const alone = (name: string, holds: boolean) => `name = "${name}"
[[components]]
name = "main"
image = "${testImage('1')}"
stop_timeout = "1s"
restart = "no"
[[components.routes]]
port = 8080
hostname = "${name}.example.net"
[components.health]
type = "http"
path = "/healthz"
expect = "ok"
interval = "200ms"
failures = 2
[components.update]
hold_requests = ${holds}
`;

const web = (image: string, name = 'web') => `name = "${name}"
[[components]]
name = "main"
image = "${testImage(image)}"
stop_timeout = "1s"
[[components.routes]]
port = 8080
hostname = "${name}.example.net"
[components.health]
type = "http"
path = "/healthz"
expect = "ok"
interval = "300ms"
failures = 3
`;

describe.skipIf(reason !== undefined)(`agent: health and overrides ${reason ?? ''}`, () => {
  let home: FleetHome;
  let agent: AgentProcess;
  let port: number;
  const of = () =>
    ({
      by: { issuer: 'unix', subject: '0', kind: 'person', scopes: [] },
      signal: AbortSignal.timeout(10_000),
    }) as const;

  const answer = async (name: string) =>
    (await get({ port, host: `${name}.example.net`, timeoutMs: 10_000 }).catch(() => undefined))?.body.trim();

  async function startedAt(slot: string): Promise<string> {
    const name = await home.container(slot);
    return (await podman(['inspect', '--format', '{{.Id}} {{.State.StartedAt}}', name ?? 'none'])).stdout.trim();
  }

  beforeAll(async () => {
    await Promise.all([buildTestImage('1'), buildTestImage('2')]);
    port = await freePort();
    home = await FleetHome.make({ listeners: { 8080: `127.0.0.1:${port}` }, more: '[api]\nhttp = []\n' });
    await home.commit('two services', {
      'fleet.toml':
        'name = "home"\nzone = "example.net"\n[[boot.sequence]]\nstage = "first"\nservices = ["other"]\ntimeout = "60s"\n',
      'services/web.toml': web('1'),
      'services/other.toml': web('1', 'other'),
      'services/patient.toml': alone('patient', true),
      'services/brisk.toml': alone('brisk', false),
    });
    agent = await AgentProcess.start(home);
    await agent.converged();
  });
  afterAll(async () => {
    await agent?.end();
    await home?.close();
  });

  it('the boot report says who waited for what; the agent and the command say the same', async () => {
    const { stdout } = await home.run('status', '--boot', '--json');
    const report = JSON.parse(stdout) as BootReport;
    const told = report.slots
      .filter(({ slot }) => !/^patient|^brisk/.test(slot))
      .map(({ slot, stage, waitedFor }) => [slot, stage, waitedFor.split(' ').slice(0, 2).join(' ')]);
    expect(told).toEqual([
      ['other/main', 'first', ''],
      ['web/main', 'services', 'stage first'],
    ]);
    const [other, late] = ['other/main', 'web/main'].map((name) => report.slots.find(({ slot }) => slot === name));
    expect(late?.startedAt).toBeGreaterThanOrEqual(other?.readyAt ?? Number.POSITIVE_INFINITY);
    expect(report.convergedAt).toBeGreaterThanOrEqual(late?.readyAt ?? Number.POSITIVE_INFINITY);
    expect((await (await agent.service).state(of())).boot).toMatchObject({
      slots: report.slots,
      stages: report.stages,
    });
    const drawn = await home.run('status', '--boot');
    expect(drawn.stdout).toMatch(/^rift {2}everything well after/);
    expect(drawn.stdout).toMatch(/web\/main .*stage first/);
  });

  it('is probed all the time, and the samples say how it was', async () => {
    await expect
      .poll(async () => (await (await agent.service).health(of(), 'web/main'))?.samples.length ?? 0, {
        timeout: 30_000,
      })
      .toBeGreaterThan(3);
    const health = await (await agent.service).health(of(), 'web/main');
    expect(health).toMatchObject({ slot: 'web/main', state: 'healthy' });
    expect(health?.samples.every(({ ok }) => ok)).toBe(true);
  });

  it('unhealthy: told, restarted, well again; the neighbour is left alone', async () => {
    const before = await startedAt('web/main');
    const neighbour = await startedAt('other/main');
    const name = (await home.container('web/main')) ?? '';
    await podman(['exec', name, 'sh', '-c', 'echo bad >/tmp/www/healthz']);
    await expect
      .poll(() => startedAt('web/main').catch(() => before), { timeout: 60_000, interval: 50 })
      .not.toBe(before);
    await agent.converged();
    expect((await startedAt('web/main')).split(' ')[0]).toBe(before.split(' ')[0]);
    expect(await startedAt('other/main')).toBe(neighbour);
    const { stdout } = await home.run('events', '-n', 'all', '--json');
    const turns = (
      JSON.parse(stdout) as { event: { type: string; slot?: string; condition?: string; status?: string } }[]
    )
      .map(({ event }) => event)
      .filter(({ condition, slot }) => condition === 'Healthy' && slot === 'web/main');
    expect(turns[0]).toMatchObject({ status: 'False' });
    expect((await home.run('history', 'web')).stdout).toMatch(/started .*its probe failed/);
    await expect.poll(() => answer('web'), { timeout: 10_000 }).toBe('1');
  });

  it('a route whose program is not well parks: requests wait, or are told to come back', async () => {
    const health = async (text: string) => {
      for (const slot of ['patient/main', 'brisk/main'])
        await podman(['exec', (await home.container(slot)) ?? '', 'sh', '-c', `echo ${text} >/tmp/www/healthz`]);
    };
    const ask = (name: string) => get({ port, host: `${name}.example.net`, timeoutMs: 60_000 });
    const before = await Promise.all(['patient/main', 'brisk/main'].map(startedAt));
    await health('bad');
    await expect.poll(async () => (await ask('brisk')).status, { timeout: 30_000, interval: 50 }).toBe(503);
    expect((await ask('brisk')).headers).toMatchObject({ 'retry-after': '10' });
    await expect
      .poll(async () => (await home.run('route', 'list')).stdout, { timeout: 30_000 })
      .toMatch(/patient.*parked/);
    expect((await home.run('status', 'patient')).stdout).toContain('restart = "no" leaves it as it is');
    const waiting = ask('patient');
    await health('ok');
    expect((await waiting).body.trim()).toBe('1');
    await expect.poll(async () => (await ask('brisk')).status, { timeout: 30_000, interval: 50 }).toBe(200);
    expect(await Promise.all(['patient/main', 'brisk/main'].map(startedAt))).toEqual(before);
    await agent.converged();
  });

  it('frozen: a commit is not carried out, everybody sees why; thawed: it is', async () => {
    const frozen = await home.run('freeze', 'web', '--for', '1h', '-m', 'looking into it');
    expect(frozen.stdout).toMatch(/^frozen {3}web {2}until .* by unix:\d+: looking into it$/m);
    const commit = await home.commit('a new version', {
      'services/web.toml': web('2'),
      'services/other.toml': web('2', 'other'),
    });
    await expect.poll(() => answer('other'), { timeout: 60_000 }).toBe('2');
    await agent.until(({ phase, source }) => phase === 'idle' && source.commit === commit);
    expect(await answer('web')).toBe('1');
    const status = await home.run('status');
    expect(status.code).toBe(3);
    expect(status.stdout).toContain('frozen by unix:');
    // It survives the agent's own end.
    await agent.end();
    agent = await AgentProcess.start(home);
    await agent.until(({ last, overrides, phase }) => phase === 'idle' && last !== undefined && overrides.length === 1);
    expect(await answer('web')).toBe('1');
    expect((await home.run('thaw', 'web')).stdout).toBe('nothing is frozen or stopped here\n');
    await agent.converged(commit);
    expect(await answer('web')).toBe('2');
    expect((await home.run('thaw', 'web')).stderr).toContain('[OVERRIDE_NONE]');
    expect((await home.run('freeze', 'wbe')).stderr).toContain('one of brisk, other, patient, web');
  });

  it('stopped on this node alone: stays so through a restart of the agent, until it is started', async () => {
    const stopped = await home.run('stop', 'web', '--local', '--for', '1h');
    expect(`${stopped.code} ${stopped.stdout}`).toMatch(/^3 stopped {2}web {2}until/);
    expect(await home.container('web/main')).toBeUndefined();
    expect(await home.git('status', '--porcelain')).toBe('');
    await agent.end();
    agent = await AgentProcess.start(home);
    await agent.until(({ last, phase }) => phase === 'idle' && last !== undefined);
    expect(await home.container('web/main')).toBeUndefined();
    expect((await home.run('ps')).code).toBe(3);
    expect((await home.run('start', 'web', '--local')).code).toBe(0);
    await agent.converged();
    await expect.poll(() => answer('web'), { timeout: 10_000 }).toBe('2');
  });

  it('stopped for a while: comes back by itself', async () => {
    await home.run('stop', 'web', '--local', '--for', '3s');
    expect(await home.container('web/main')).toBeUndefined();
    await expect.poll(() => home.container('web/main'), { timeout: 30_000 }).toBeDefined();
    await agent.converged();
  });
});
