import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { powerCut } from './boot.fixture.ts';

// The fallback on real podman and HAProxy: after a power cut it brings everything up in order, with no Node to be had, and
// the next pass has nothing to do.

const reason = noRealPodman();
const password = 'hunter2-canary';
const checker = join(process.env.RECONCILE_SERVERS ?? '/nowhere', 'usr/bin/shellcheck');

interface Container {
  readonly Id: string;
  readonly Name: string;
  readonly State: { readonly Running: boolean; readonly StartedAt: string };
}

describe.skipIf(reason !== undefined)(`the parachute ${reason ?? ''}`, () => {
  let home: FleetHome;
  let port: number;
  let script: string;

  async function containers(): Promise<Map<string, Container>> {
    const names = (await podman(['ps', '-a', '--format', '{{.Names}}'])).stdout.trim().split('\n').filter(Boolean);
    if (names.length === 0) return new Map();
    const { stdout } = await podman(['inspect', '--type', 'container', ...names]);
    return new Map((JSON.parse(stdout) as Container[]).map((one) => [one.Name, one]));
  }

  /** As systemd runs it, with a `node` in front that tells on whoever calls it. */
  async function fall(): Promise<{ code: number; said: string }> {
    const bin = join(home.dir, 'bin');
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, 'node'), `#!/bin/sh\necho "$*" >>${bin}/called\nexit 1\n`, { mode: 0o755 });
    await writeFile(join(bin, 'reconcile'), `#!/bin/sh\necho "$*" >>${bin}/called\nexit 1\n`, { mode: 0o755 });
    const env = {
      PATH: `${bin}:/usr/bin:/bin`,
      HOME: process.env.HOME,
      XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR,
    };
    const outcome = await new Promise<{ code: number; said: string }>((resolve) => {
      const child = execFile('/bin/sh', [script], { env, timeout: 120_000 }, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, said: stdout + stderr }),
      );
    });
    expect(existsSync(join(bin, 'called'))).toBe(false);
    return outcome;
  }

  const answer = () =>
    new Promise<string>((resolve) => {
      const request = get(
        { host: '127.0.0.1', port, headers: { host: 'app.example.net' }, timeout: 5000 },
        (response) => {
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString()));
          response.on('end', () => resolve(`${response.statusCode} ${body.trim()}`));
        },
      );
      request.on('error', (error) => resolve(error.message));
    });

  beforeAll(async () => {
    await buildTestImage('1');
    port = await freePort();
    home = await FleetHome.make({ listeners: { 8080: `127.0.0.1:${port}` } });
    script = join(home.state, 'parachute.sh');
    const fixed = await freePort();
    await mkdir(join(home.state, 'secrets'), { recursive: true, mode: 0o700 });
    await writeFile(join(home.state, 'secrets/pass'), password, { mode: 0o600 });
    await home.commit('three stages', {
      'fleet.toml': `name = "home"
zone = "example.net"
[[boot.sequence]]
stage = "base"
services = ["db"]
timeout = "20s"
[[boot.sequence]]
stage = "core"
services = ["app"]
timeout = "20s"
`,
      'services/db.toml': `name = "db"
image = "${testImage('1')}"
env = { PORT = "5432" }
network = "inner"
ports = ["127.0.0.1:${fixed}:5432"]
stop_timeout = "1s"
`,
      'services/app.toml': `name = "app"
[[components]]
name = "web"
image = "${testImage('1')}"
after = ["zz-api"]
env = { VERSION = "it's \\"here\\"" }
stop_timeout = "1s"
[[components.routes]]
port = 8080
[[components]]
name = "zz-api"
image = "${testImage('1')}"
stop_timeout = "1s"
[components.health]
type = "exec"
command = ["/bin/wget", "-q", "-O", "/tmp/x", "http://127.0.0.1:8080/"]
`,
      'services/vault.toml': `name = "vault"
image = "${testImage('1')}"
volumes = ["vault-data:/data"]
files = [{ source = "app.ini", target = "/etc/app.ini", mode = "0640", owner = "1000:1000" }]
secrets = [{ name = "pass", target = "/run/secrets/pass" }]
stop_timeout = "1s"
`,
      'services/vault/app.ini': 'greeting = hello\n',
      'services/off.toml': `name = "off"\nactive = false\nimage = "${testImage('1')}"\n`,
    });
    await home.apply(0);
  });
  afterAll(() => home?.close());

  it('is written with the first good generation, for its owner alone, without a secret in it', async () => {
    expect((await stat(script)).mode & 0o777).toBe(0o700);
    const text = await readFile(script, 'utf8');
    expect(text).not.toContain(password);
    expect(text).not.toMatch(/\bnode\b.*\.js/);
    expect(text.match(/^bring \d+ \S+/gm)).toHaveLength(4);
    expect(text).not.toMatch(/off-/);
  });

  it.skipIf(!existsSync(checker))(
    `shellcheck has nothing to say ${existsSync(checker) ? '' : '(not unpacked here)'}`,
    async () => {
      const said = await new Promise<string>((resolve) =>
        execFile(checker, ['--shell=sh', script], { timeout: 60_000 }, (error, stdout, stderr) =>
          resolve(error === null ? '' : `${stdout}${stderr}`),
        ),
      );
      expect(said).toBe('');
    },
  );

  it('does nothing while everything runs', async () => {
    const before = await containers();
    const { code, said } = await fall();
    expect(code, said).toBe(0);
    expect(await containers()).toEqual(before);
  });

  it('after a power cut: everything is up, stage by stage, and the next pass finds nothing to do', async () => {
    const before = await containers();
    await powerCut();
    expect([...(await containers()).values()].filter((one) => one.State.Running)).toEqual([]);
    const { code, said } = await fall();
    expect(code, said).toBe(0);
    const after = await containers();
    expect([...after.values()].map(({ Id, Name }) => `${Name} ${Id}`).sort()).toEqual(
      [...before.values()].map(({ Id, Name }) => `${Name} ${Id}`).sort(),
    );
    const startOf = (base: string) => {
      const one = [...after.values()].find(({ Name }) => Name.startsWith(`${base}-`));
      expect(one?.State.Running, `${base}\n${said}`).toBe(true);
      return Date.parse(one?.State.StartedAt ?? '');
    };
    expect(startOf('db')).toBeLessThan(startOf('app-zz-api'));
    expect(startOf('app-zz-api')).toBeLessThan(startOf('app-web'));
    expect(startOf('app-web')).toBeLessThan(startOf('vault'));
    expect(await answer()).toBe(`200 it's "here"`);

    const plan = await home.plan();
    expect(plan.actions).toEqual([]);
    expect(plan.exit).toBe(0);
    await home.apply(0);
    expect(await containers()).toEqual(after);
  });

  it('after every container and network was lost: made again, same names and ports; the next pass only looks', async () => {
    const before = await containers();
    await podman(['rm', '-af', '-t', '0']);
    await podman(['network', 'rm', '-f', 'inner', 'app']);
    await podman(['volume', 'rm', '-f', 'vault-data']);
    await podman(['secret', 'rm', 'reconcile-pass']);
    const { code, said } = await fall();
    expect(code, said).toBe(0);
    const after = await containers();
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    expect(await answer()).toBe(`200 it's "here"`);
    const plan = await home.plan();
    expect([...new Set(plan.actions.map(({ verb }) => verb))].filter((verb) => verb !== 'await')).toEqual([]);
    await home.apply(0);
    const adopted = await containers();
    for (const [name, one] of after) {
      expect(adopted.get(name)?.Id, name).toBe(one.Id);
      expect(adopted.get(name)?.State.StartedAt, name).toBe(one.State.StartedAt);
    }
    expect((await home.plan()).actions).toEqual([]);
  });

  it('a container of somebody else under one of its names is left alone, and told; the others come up', async () => {
    const name = [...(await containers()).keys()].find((one) => one.startsWith('vault-')) ?? '';
    await podman(['rm', '-f', '-t', '0', name]);
    await podman(['create', `--name=${name}`, testImage('1')]);
    const { code, said } = await fall();
    expect(code).toBe(1);
    expect(said).toContain(`${name}: somebody else has a container of that name`);
    expect((await containers()).get(name)?.State.Running).toBe(false);
    await podman(['rm', '-f', name]);
    expect((await fall()).code).toBe(0);
    await home.apply(0);
  });

  it('stands aside while somebody holds the node', async () => {
    const facts = (await readFile(`/proc/${process.pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ');
    const path = join(home.state, 'lock.json');
    const before = await readFile(path, 'utf8');
    await writeFile(
      path,
      `${JSON.stringify({ pid: process.pid, startTicks: Number(facts[19]), since: 1, socket: '/x', epoch: 1 })}\n`,
    );
    const name = [...(await containers()).keys()].find((one) => one.startsWith('vault-')) ?? '';
    await podman(['stop', '-t', '1', name]);
    const { code, said } = await fall();
    expect(code).toBe(0);
    expect(said).toMatch(/reconcile is at work \(process \d+\), standing aside/);
    expect((await containers()).get(name)?.State.Running).toBe(false);
    await writeFile(path, before);
    expect((await fall()).code).toBe(0);
    expect((await containers()).get(name)?.State.Running).toBe(true);
  });

  it('follows the fleet: what is new is in it, what is gone is not', async () => {
    await home.commit('no vault', {
      'services/vault.toml': undefined,
      'services/extra.toml': `name = "extra"\nimage = "${testImage('1')}"\n`,
    });
    const held = (await home.plan()).held.flatMap(({ id }) => ['--confirm', id]);
    await home.apply(0, ...held);
    const text = await readFile(script, 'utf8');
    expect(text).toMatch(/^bring \d+ extra-/m);
    expect(text).not.toMatch(/vault-/);
  });
});
