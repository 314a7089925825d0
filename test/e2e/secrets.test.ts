import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetHome } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setSecret, traces } from './secret.fixture.ts';

// Values encrypted in the repository: in the container and nowhere else; rotation restarts exactly who uses them.

const reason = noRealPodman();
const first = 'canary-1-correct-horse';
const second = 'canary-2-battery-staple';

describe.skipIf(reason !== undefined)(`secrets of the repository ${reason ?? ''}`, () => {
  let home: FleetHome;

  const set = (verb: 'set' | 'rotate', name: string, value: string) => setSecret(home, verb, { name, value });
  const started = async (slot: string) =>
    (await podman(['inspect', '--format', '{{.State.StartedAt}}', (await home.container(slot)) ?? ''])).stdout.trim();
  const inside = async (slot: string, path: string) =>
    (await podman(['exec', (await home.container(slot)) ?? '', '/bin/cat', path])).stdout;

  beforeAll(async () => {
    await buildTestImage('1');
    home = await FleetHome.make({ proxy: 'none' });
    await home.commit('two services', {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n',
      'services/vault.toml': `name = "vault"\nimage = "${testImage('1')}"\nsecrets = [{ name = "pass", target = "/run/secrets/pass" }]\nstop_timeout = "1s"\n`,
      'services/other.toml': `name = "other"\nimage = "${testImage('1')}"\nstop_timeout = "1s"\n`,
    });
  });
  afterAll(() => home?.close());

  it('waits, and says for what, until there is a value', async () => {
    const plan = await home.plan();
    expect(plan.waiting.map(({ message }) => message).join()).toMatch(
      /secret pass is neither a node file, nor a value in the repository/,
    );
  });

  it('set from stdin: committed encrypted, in the container in the clear, and nowhere else', async () => {
    const done = await set('set', 'pass', first);
    expect(done.code, done.text).toBe(0);
    expect(done.text).not.toContain(first);
    expect((await stat(join(home.state, 'age.key'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(home.fleet, 'secrets/pass.age'), 'utf8')).toMatch(
      /^-----BEGIN AGE ENCRYPTED FILE-----\n/,
    );
    const said = await home.apply(0);
    expect(await inside('vault/vault', '/run/secrets/pass')).toBe(first);
    expect(said.stdout + said.stderr).not.toContain(first);
    for (const args of [
      ['plan', '--json'],
      ['status', '--json'],
      ['render', '--as', 'podman', '--json'],
      ['secret', 'list', '--json'],
      ['history', 'vault', '--json'],
      ['events', '--json'],
    ])
      expect(JSON.stringify(await home.run(...args))).not.toContain(first);
    expect((await podman(['inspect', (await home.container('vault/vault')) ?? ''])).stdout).not.toContain(first);
    expect(await traces(home, first)).toEqual([]);
    expect((await home.plan()).actions).toEqual([]);
  });

  it('list says where it comes from and who uses it', async () => {
    const { secrets } = JSON.parse((await home.run('secret', 'list', '--json')).stdout) as { secrets: object[] };
    expect(secrets).toEqual([{ name: 'pass', from: 'repository', services: ['vault'], used: ['vault/vault'] }]);
  });

  it('rotate restarts exactly who uses it; under its name the new value is there', async () => {
    const id = await home.container('vault/vault');
    const before = await Promise.all([started('vault/vault'), started('other/other')]);
    const done = await set('rotate', 'pass', second);
    expect(done.code, done.text).toBe(0);
    await home.apply(0);
    expect(await inside('vault/vault', '/run/secrets/pass')).toBe(second);
    expect(await home.container('vault/vault')).toBe(id);
    const after = await Promise.all([started('vault/vault'), started('other/other')]);
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).toBe(before[1]);
    expect(await traces(home, second)).toEqual([]);
    expect((await home.plan()).actions).toEqual([]);
    expect((await set('rotate', 'nobody', 'x')).code).toBe(1);
    expect((await set('set', 'pass', '')).text).toMatch(/\[SECRET_EMPTY\]/);
  });

  it('a key that others could read is not used; what runs goes on', async () => {
    const before = await started('vault/vault');
    await set('rotate', 'pass', 'canary-3');
    await chmod(join(home.state, 'age.key'), 0o644);
    const failed = await home.run('apply', '-y');
    expect(failed.code).toBe(1);
    expect(failed.stdout + failed.stderr).toMatch(/age\.key/);
    expect(await started('vault/vault')).toBe(before);
    await chmod(join(home.state, 'age.key'), 0o600);
    // It failed a few times and backs off; a pass sits short waits out itself.
    const until = Date.now() + 100_000;
    let code = -1;
    while (code !== 0 && Date.now() < until) ({ code } = await home.run('apply', '-y'));
    expect(code).toBe(0);
    expect(await inside('vault/vault', '/run/secrets/pass')).toBe('canary-3');
  });
});
