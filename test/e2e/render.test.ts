import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  buildPlatformImages,
  FleetHome,
  platformFiles,
  platformRegistry,
  platformTable,
} from '@reconcile/testkit/fleet';
import { comparable, noRealPodman, podman } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// `render --as podman` on the whole platform: typed by hand into an empty podman, its lines make what a pass makes.

const reason = noRealPodman();
const password = 'correct-horse-battery';

/** Beside the platform: everything a line may have to name and must not tell. */
const vault = `name = "vault"
node = "rift"
[[components]]
name = "main"
image = "${platformRegistry}/mcdoc:v0.1.0"
env = { GREETING = "it's \\"quoted\\" $HOME" }
volumes = ["vault-data:/data"]
network = "vault-net"
files = [{ source = "app.ini", target = "/etc/app.ini", mode = "0640" }]
secrets = [{ name = "db-pass", target = "/run/secrets/db" }]
restart = "on-failure"
`;

interface Rendered {
  readonly slot: string;
  readonly container: string;
  readonly command: string;
  readonly needs: readonly { readonly what: string; readonly isThere: boolean; readonly command: string }[];
}

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly HostConfig: { RestartPolicy?: { readonly Name: string } };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { Gateway?: string }>> | null };
}

/** Without the restart policy, and without the subnet that podman chose for a network made anew. */
function alike(one: Inspected | undefined): unknown {
  const copy = structuredClone(one);
  delete copy?.HostConfig.RestartPolicy;
  for (const network of Object.values(copy?.NetworkSettings.Networks ?? {})) delete network.Gateway;
  return comparable(copy);
}

const shell = (text: string) => promisify(execFile)('/bin/sh', ['-ec', text], { timeout: 60_000 });

describe.skipIf(reason !== undefined)(`rendered lines ${reason ?? ''}`, () => {
  let home: FleetHome;
  let ours: ReadonlyMap<string, Inspected>;

  async function render(): Promise<readonly Rendered[]> {
    return JSON.parse((await home.run('render', '--as', 'podman', '--json')).stdout) as Rendered[];
  }

  async function inspected(): Promise<Map<string, Inspected>> {
    const names = (await podman(['ps', '-a', '--format', '{{.Names}}'])).stdout.trim().split('\n');
    const { stdout } = await podman(['inspect', '--type', 'container', ...names]);
    return new Map((JSON.parse(stdout) as Inspected[]).map((one) => [one.Name, one]));
  }

  beforeAll(async () => {
    await buildPlatformImages();
    home = await FleetHome.make({ proxy: 'none', mounts: ['/'], flags: ['host-network'] });
    for (const { volume } of Object.values(platformTable)) await mkdir(join(home.dir, volume), { recursive: true });
    await mkdir(join(home.state, 'secrets'), { recursive: true, mode: 0o700 });
    await writeFile(join(home.state, 'secrets/db-pass'), password, { mode: 0o600 });
    await home.commit('the platform and a vault', {
      ...(await platformFiles(join(home.dir, 'srv'))),
      'services/vault.toml': vault,
      'services/vault/app.ini': 'greeting = hello\n',
    });
    await home.apply(0);
    ours = await inspected();
  });
  afterAll(() => home?.close());

  it('one line for each container, in stage order, for a shell; no secret in any', async () => {
    const lines = await render();
    expect(lines.map(({ slot }) => slot).sort()).toEqual([...Object.keys(platformTable), 'vault/main'].sort());
    expect(lines[0]?.slot).toBe('mcns/mcns');
    expect(lines.map(({ container }) => container).sort()).toEqual([...ours.keys()].sort());
    const { stdout } = await home.run('render', 'vault');
    expect(stdout).toMatch(
      /^# vault\/main: vault-[0-9a-f]{8}\n(?:# .*\n)*# needs secret db-pass \(is there\): podman secret create /m,
    );
    expect(stdout).toMatch(/^podman run --detach .*--restart=on-failure/m);
    expect(JSON.stringify(lines) + stdout).not.toContain(password);
  });

  it('typed after everything was lost, they make the same containers', async () => {
    await podman(['rm', '-af', '-t', '0']);
    await podman(['network', 'rm', '-f', 'mcpnet', 'vault-net']);
    await podman(['volume', 'rm', '-f', 'vault-data']);
    const typed = new Set<string>();
    for (const { command, needs } of await render()) {
      for (const need of needs) {
        if (need.isThere || typed.has(need.command)) continue;
        typed.add(need.command);
        await shell(need.command);
      }
      await shell(command);
    }
    const theirs = await inspected();
    expect([...theirs.keys()].sort()).toEqual([...ours.keys()].sort());
    for (const [name, own] of ours) {
      const other = theirs.get(name);
      // The one difference (specs/0015): ours are started again by us, these by podman while nobody else does.
      expect(own.HostConfig.RestartPolicy?.Name, name).toBe('no');
      expect(other?.HostConfig.RestartPolicy?.Name, name).toBe(
        name.startsWith('vault') ? 'on-failure' : 'unless-stopped',
      );
      expect(alike(other), name).toEqual(alike(own));
    }
  });

  it('the next pass takes them over as they are: it looks whether they are ready, and that is all', async () => {
    const before = await inspected();
    const plan = await home.plan();
    // Containers it never saw ready: the gates are passed once, nothing is made, started or removed.
    expect([...new Set(plan.actions.map(({ verb }) => verb))]).toEqual(['await']);
    expect(plan.held).toEqual([]);
    await home.apply(0);
    const after = await inspected();
    for (const [name, one] of before) expect(after.get(name)?.Id, name).toBe(one.Id);
    const then = await home.plan();
    expect(then.actions).toEqual([]);
    expect(then.exit).toBe(0);
  });
});
