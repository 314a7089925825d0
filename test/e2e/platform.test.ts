import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { buildPlatformImages, FleetHome, platformFiles, platformTable } from '@reconcile/testkit/fleet';
import { noRealPodman, podman } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// examples/platform, localised, on real rootless podman: cold start in stage order, every container as the table says, then
// nothing to do for ever.

const reason = noRealPodman();

interface Inspected {
  readonly Name: string;
  readonly ImageName: string;
  readonly Config: { readonly Cmd: readonly string[] | null; readonly User: string };
  readonly HostConfig: {
    readonly NetworkMode: string;
    readonly Binds: readonly string[];
    readonly PortBindings: Record<string, { HostIp: string; HostPort: string }[] | null>;
  };
}

describe.skipIf(reason !== undefined)(`the platform ${reason ?? ''}`, () => {
  let home: FleetHome;
  let srv: string;
  const quietPasses = Number(process.env.RECONCILE_QUIET ?? 100);

  beforeAll(async () => {
    await buildPlatformImages();
    home = await FleetHome.make({ proxy: 'none', mounts: ['/'], flags: ['host-network'] });
    srv = join(home.dir, 'srv');
    for (const { volume } of Object.values(platformTable)) await mkdir(join(home.dir, volume), { recursive: true });
    await home.commit('the platform', await platformFiles(srv));
  });
  afterAll(() => home?.close());

  it('plans ten services and twelve containers in four stages', async () => {
    const plan = await home.plan();
    const containers = plan.changes.filter((change) => change.kind === 'container');
    expect(containers).toHaveLength(12);
    expect(new Set(containers.flatMap((change) => change.services)).size).toBe(10);
    expect([...new Set(containers.map((change) => change.stage))].sort()).toEqual([0, 1, 2, 3]);
    expect(plan.unmanaged.every(({ key }) => !key.startsWith('container/'))).toBe(true);
    expect(plan.exit).toBe(2);
  });

  it('starts cold in stage order: nothing of a stage before all of the one below is up', async () => {
    const since = new Date(Date.now() - 1000).toISOString();
    await home.apply(0);
    const { stdout } = await podman([
      'events',
      '--stream=false',
      '--since',
      since,
      '--filter',
      'event=start',
      '--format',
      'json',
    ]);
    const stageOf = new Map(await stages());
    const starts = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as { Name: string; Time?: string; timeNano?: number })
      .map((event) => ({ stage: stageOf.get(event.Name) ?? -1, at: event.timeNano ?? Date.parse(event.Time ?? '') }))
      .filter((event) => event.stage >= 0);
    expect(starts).toHaveLength(12);
    for (const late of starts)
      for (const early of starts) if (early.stage < late.stage) expect(early.at).toBeLessThanOrEqual(late.at);
  });

  it('made every container as the table says', async () => {
    for (const [slot, wanted] of Object.entries(platformTable)) {
      const name = (await home.container(slot)) ?? '';
      const [seen] = JSON.parse((await podman(['inspect', '--type', 'container', name])).stdout) as [Inspected];
      const ports = Object.entries(seen.HostConfig.PortBindings).flatMap(([inside, binds]) =>
        (binds ?? []).map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}:${inside}`),
      );
      expect(seen.ImageName, slot).toBe(wanted.image);
      expect(ports.sort(), slot).toEqual([...wanted.ports].sort());
      expect(seen.HostConfig.NetworkMode === 'host', slot).toBe(wanted.host);
      expect(seen.Config.User, slot).toBe(wanted.user);
      expect(seen.HostConfig.Binds.join(), slot).toContain(`${home.dir}${wanted.volume}:${wanted.volume}`);
      const command = wanted.command.map((word) => word.replace('/srv/', `${srv}/`));
      expect((seen.Config.Cmd ?? []).slice(0, command.length), slot).toEqual(command);
    }
  });

  it('answers on both addresses, tcp and udp published alike', async () => {
    for (const url of [
      'http://127.0.0.2:10053/',
      'http://127.0.0.3:10053/',
      'http://127.0.0.3:58080/',
      'http://127.0.0.1:38443/',
    ]) {
      const status = await new Promise<number>((resolve, reject) => {
        get(url, (answer) => resolve(answer.resume().statusCode ?? 0)).on('error', reject);
      });
      expect(status, url).toBe(200);
    }
  });

  it(`has nothing to do, and ${quietPasses} quiet passes write nothing`, async () => {
    const plan = await home.plan();
    expect(plan.actions).toEqual([]);
    expect(plan.exit).toBe(0);
    await home.apply(0);
    const before = await home.stateStamp();
    const since = new Date().toISOString();
    for (let i = 0; i < quietPasses; i++) expect((await home.run()).code).toBe(0);
    expect(await home.stateStamp()).toBe(before);
    const { stdout } = await podman([
      'events',
      '--stream=false',
      '--since',
      since,
      '--filter',
      'type=container',
      '--format',
      '{{.Status}}',
    ]);
    expect(stdout.trim()).toBe('');
    expect(existsSync(join(home.state, 'registry.db'))).toBe(true);
  });

  async function stages(): Promise<[string, number][]> {
    const order = [
      ['mcns'],
      ['mc-proxy', 'mcr', 'metacrypt'],
      ['mcp-master'],
      ['mcq', 'mcdoc', 'mcat', 'kls', 'sgard'],
    ];
    const found: [string, number][] = [];
    for (const slot of Object.keys(platformTable)) {
      const name = await home.container(slot);
      if (name !== undefined) found.push([name, order.findIndex((stage) => stage.includes(slot.split('/')[0] ?? ''))]);
    }
    return found;
  }
});
