import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Containers made by hand, taken over: the same process goes on, or it is said what would restart.

const reason = noRealPodman();

interface Case {
  readonly slot: string;
  readonly container: string;
  readonly verdict: string;
  readonly fields: readonly { readonly field: string }[];
  readonly why: readonly string[];
  readonly also: readonly string[];
}

describe.skipIf(reason !== undefined)(`adoption ${reason ?? ''}`, () => {
  let home: FleetHome;
  const ports: number[] = [];

  const facts = async (name: string) => {
    const { stdout } = await podman([
      'inspect',
      '--type',
      'container',
      '--format',
      '{{.Id}} {{.State.Pid}} {{.State.StartedAt}}',
      name,
    ]);
    return stdout.trim();
  };
  const cases = async (...args: string[]) =>
    (JSON.parse((await home.run('adopt', '--json', ...args)).stdout) as { cases: Case[] }).cases;
  const of = async (container: string) => (await cases()).filter((one) => one.container === container);
  const image = testImage('1');

  beforeAll(async () => {
    await buildTestImage('1');
    await buildTestImage('2');
    for (let i = 0; i < 4; i++) ports.push(await freePort());
    const [plain = 0, routed = 0, other = 0] = ports;
    home = await FleetHome.make({ proxy: 'none', mounts: ['/'] });
    await mkdir(join(home.dir, 'data'));
    await writeFile(join(home.dir, 'data/x'), 'x');
    await podman(['network', 'create', 'apps']);
    const run = ['run', '--detach', '--stop-timeout=1'];
    await podman([
      ...run,
      '--name=my-plain',
      '--env=GREETING=hello',
      `--publish=127.0.0.1:${plain}:8080`,
      `--volume=${join(home.dir, 'data')}:/data:ro`,
      '--volume=mine:/mine',
      '--label=com.docker.compose.project=stack',
      image,
    ]);
    await podman([
      ...run,
      '--name=my-routed',
      '--network=apps',
      '--network-alias=routed',
      `--publish=127.0.0.1:${routed}:8080`,
      '--restart=always',
      image,
    ]);
    await podman([
      ...run,
      '--name=my-differs',
      '--env=VERSION=old',
      `--publish=127.0.0.1:${other}:8080`,
      '--label=PODMAN_SYSTEMD_UNIT=differs.service',
      testImage('2'),
    ]);
    await home.commit('what runs already', {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n',
      'services/plain.toml': `name = "plain"
image = "${image}"
env = { GREETING = "hello" }
ports = ["127.0.0.1:${plain}:8080"]
volumes = ["${join(home.dir, 'data')}:/data:ro", "mine:/mine"]
`,
      'services/routed.toml': `name = "routed"
image = "${image}"
network = "apps"
[[routes]]
port = 8080
container_port = 8080
[health]
type = "tcp"
`,
      'services/differs.toml': `name = "differs"
image = "${testImage('2')}"
env = { VERSION = "new" }
ports = ["127.0.0.1:${other}:8080"]
stop_timeout = "1s"
`,
    });
  });
  afterAll(async () => {
    await podman(['pod', 'rm', '-af']).catch(() => undefined);
    await home?.close();
  });

  it('says of each what it would come to, and touches nothing', async () => {
    const before = await Promise.all(['my-plain', 'my-routed', 'my-differs'].map(facts));
    const stamp = await home.stateStamp().catch(() => '');
    const plain = (await of('my-plain')).find(({ slot }) => slot === 'plain/plain');
    expect(plain).toMatchObject({ verdict: 'as it is', fields: [] });
    expect(plain?.also.join()).toMatch(/compose would stop it with its project stack/);
    const routed = (await of('my-routed')).find(({ slot }) => slot === 'routed/routed');
    expect(routed).toMatchObject({ verdict: 'as it is', fields: [] });
    expect(routed?.also.join()).toMatch(/podman starts it again by itself \(always\)/);
    const differs = (await of('my-differs')).find(({ slot }) => slot === 'differs/differs');
    expect(differs?.verdict).toBe('one restart');
    expect(differs?.fields.map(({ field }) => field)).toEqual(['env.VERSION']);
    expect(differs?.also.join()).toMatch(/systemd starts it, too \(differs\.service\)/);
    expect(await Promise.all(['my-plain', 'my-routed', 'my-differs'].map(facts))).toEqual(before);
    expect(await home.stateStamp().catch(() => '')).toBe(stamp);
  });

  it('is never guessed by name: without adopt no plan touches one', async () => {
    const plan = await home.plan();
    expect(JSON.stringify(plan.actions)).not.toMatch(/my-(plain|routed|differs)/);
    expect(plan.waiting.find(({ slot }) => slot === 'plain/plain')?.code).toBe('ClaimConflict');
  });

  it('taken over as it is: the same process, and an empty plan', async () => {
    for (const [slot, name] of [
      ['plain', 'my-plain'],
      ['routed/routed', 'my-routed'],
    ] as const) {
      const before = await facts(name);
      const done = await home.run('adopt', slot, name);
      expect(done.code, done.stdout + done.stderr).toBe(0);
      expect(await facts(name)).toBe(before);
      const plan = await home.plan();
      const own = (text: string) => text.includes(name) || text.includes(slot.split('/')[0] ?? '');
      expect(plan.actions.filter(({ key, slot: of }) => own(key) || own(of))).toEqual([]);
    }
    const ps = JSON.parse((await home.run('ps', '--json')).stdout) as object;
    expect(JSON.stringify(ps)).toContain('my-plain');
  });

  it('one that differs is taken only with --restart, and replaced by the pass', async () => {
    const refused = await home.run('adopt', 'differs');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/\[ADOPT_RESTARTS\]/);
    expect(refused.stderr).toMatch(/env\.VERSION/);
    const done = await home.run('adopt', 'differs', '--restart');
    expect(done.code, done.stdout + done.stderr).toBe(0);
    await expect(facts('my-differs')).rejects.toThrow();
    expect(await home.container('differs/differs')).toMatch(/^differs-[0-9a-f]{8}$/);
    const left = await home.plan();
    expect(left.actions).toEqual([]);
    expect(left.exit).toBe(0);
  });

  it('is kept alive, replaced and removed like any of ours', async () => {
    await podman(['kill', 'my-plain']);
    await home.apply(0);
    expect((await podman(['inspect', '--format', '{{.State.Running}}', 'my-plain'])).stdout.trim()).toBe('true');
    const [plain = 0] = ports;
    await home.commit('plain changes', {
      'services/plain.toml': `name = "plain"\nimage = "${image}"\nenv = { GREETING = "changed" }\nports = ["127.0.0.1:${plain}:8080"]\nstop_timeout = "1s"\n`,
    });
    await home.apply(0);
    await expect(facts('my-plain')).rejects.toThrow();
    expect(await home.container('plain/plain')).toMatch(/^plain-[0-9a-f]{8}$/);
    // A container of that name made later is somebody else's again.
    await podman(['run', '--detach', '--name=my-plain', image]);
    expect((await home.plan()).actions).toEqual([]);
    await podman(['rm', '-f', '-t', '0', 'my-plain']);
  });
});
