import { execFile } from 'node:child_process';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetHome } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { powerCut } from './boot.fixture.ts';
import { setSecret, traces } from './secret.fixture.ts';

// Secrets as variables and within mounted files (specs/0059): right inside, nowhere else, rotated for exactly who uses them, and
// there again after what lies in memory was lost.

const reason = noRealPodman();
const values = {
  pass: 'canary-pass-1f',
  pass2: 'canary-pass-2e',
  pass3: 'canary-pass-3d',
  token: 'canary-token-4c',
  token2: 'canary-token-5b',
} as const;
const slots = ['env/env', 'sig/sig', 'res/res', 'other/other', 'exe/exe'] as const;
type Slot = (typeof slots)[number];

describe.skipIf(reason !== undefined)(`secrets inside ${reason ?? ''}`, () => {
  let home: FleetHome;

  const set = (verb: 'set' | 'rotate', value: string) => setSecret(home, verb, { name: 'pass', value });
  const giveToken = (value: string) => writeFile(join(home.state, 'secrets/token'), `${value}\n`, { mode: 0o600 });
  const name = async (slot: Slot) => (await home.container(slot)) ?? '';
  const inside = async (slot: Slot, ...command: string[]) =>
    (await podman(['exec', await name(slot), '/bin/busybox', ...command])).stdout;
  async function pids(): Promise<Record<Slot, string>> {
    const found = await Promise.all(
      slots.map(async (slot) => [
        slot,
        (await podman(['inspect', '--format', '{{.State.Pid}}', await name(slot)])).stdout.trim(),
      ]),
    );
    return Object.fromEntries(found) as Record<Slot, string>;
  }
  /** Slots whose program is another than before. */
  const moved = (before: Record<Slot, string>, after: Record<Slot, string>) =>
    slots.filter((slot) => before[slot] !== after[slot]);

  beforeAll(async () => {
    await buildTestImage('1');
    home = await FleetHome.make({ proxy: 'none' });
    const plain = (service: string, more = '') =>
      `name = "${service}"\nimage = "${testImage('1')}"\nstop_timeout = "1s"\n${more}`;
    await home.commit('five services', {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n',
      'services/env.toml': plain('env', 'secrets = [{ name = "pass", env = "DB_PASS" }]\n'),
      'services/sig.toml': plain(
        'sig',
        'user = "1000:1000"\nfiles = [{ source = "app.ini", target = "/etc/app.ini", on_change = "signal:HUP" }]\n',
      ),
      'services/sig/app.ini': '[db]\npass = "{{secret:pas}}"\n',
      'services/res.toml': plain(
        'res',
        'secrets = [{ name = "token", target = "/run/token" }]\nfiles = [{ source = "a.ini", target = "/etc/a.ini" }]\n',
      ),
      'services/res/a.ini': 'token={{secret:token}};\n',
      'services/other.toml': plain('other'),
      'services/exe.toml': plain(
        'exe',
        'files = [{ source = "a.ini", target = "/etc/a.ini", on_change = "exec:/bin/touch /tmp/told" }]\n',
      ),
      'services/exe/a.ini': '{{secret:pass}}',
    });
  });
  afterAll(() => home?.close());

  it('a name that nobody gives is an error where it stands, with the one that was probably meant', async () => {
    expect((await set('set', values.pass)).code).toBe(0);
    const { code, stdout, stderr } = await home.run('validate');
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/services\/sig\/app\.ini:2:9/);
    expect(stdout + stderr).toMatch(/there is no secret pas\b[\s\S]*did you mean \{\{secret:pass\}\}\?/);
    await home.commit('the right name', { 'services/sig/app.ini': '[db]\npass = "{{secret:pass}}"\n' });
  });

  it('who lacks a value waits, and says for what; the others come up', async () => {
    const outcome = await home.run('apply', '-y');
    expect(outcome.code, outcome.stdout + outcome.stderr).toBe(3);
    expect(outcome.stdout + outcome.stderr).toMatch(/secret token is neither[\s\S]*reconcile secret set token/);
    expect(await Promise.all(slots.map(async (slot) => (await name(slot)) !== ''))).toEqual([
      true,
      true,
      false,
      true,
      true,
    ]);
    await giveToken(values.token);
    await home.apply(0);
  });

  it('is right inside, for its program alone', async () => {
    expect(await inside('env/env', 'sh', '-c', 'echo "[$DB_PASS]"')).toBe(`[${values.pass}]\n`);
    expect(await inside('sig/sig', 'cat', '/etc/app.ini')).toBe(`[db]\npass = "${values.pass}"\n`);
    expect(await inside('sig/sig', 'ls', '-ln', '/etc/app.ini')).toMatch(/^-r--------\s+\d+\s+1000\s+1000 /);
    // As a file byte for byte; within one without the line end that closes it.
    expect(await inside('res/res', 'cat', '/etc/a.ini')).toBe(`token=${values.token};\n`);
    expect(await inside('res/res', 'cat', '/run/token')).toBe(`${values.token}\n`);
    expect((await home.plan()).actions).toEqual([]);
  });

  it('nobody tells it, and no disk holds it but where it was given', async () => {
    const told = await Promise.all(
      [
        ['plan', '-o', 'json'],
        ['status', '-o', 'json'],
        ['render', '--as', 'podman'],
        ['events', '-o', 'json'],
        ['history', 'sig', '-o', 'json'],
        ['explain', 'sig', '-o', 'json'],
        ['secret', 'list', '-o', 'json'],
        ['runbook'],
      ].map((args) => home.run(...args)),
    );
    const inspected = await Promise.all(
      slots.map(async (slot) => {
        const [one] = JSON.parse((await podman(['inspect', await name(slot)])).stdout) as [
          { Config: { Env: string[] } },
        ];
        // podman 4.3 shows the variables of what it started to whoever may ask it for them, whoever gave them.
        one.Config.Env = one.Config.Env.filter((entry) => !entry.startsWith('DB_PASS='));
        return JSON.stringify(one);
      }),
    );
    for (const value of [values.pass, values.token]) {
      expect(JSON.stringify([told, inspected])).not.toContain(value);
      const lies = await traces(home, value);
      expect(lies).toEqual(value === values.token ? ['state/secrets/token'] : []);
    }
    const { secrets } = JSON.parse((await home.run('secret', 'list', '-o', 'json')).stdout) as {
      secrets: { name: string; used: string[] }[];
    };
    expect(secrets.map((one) => [one.name, one.used.sort()])).toEqual([
      ['pass', ['env/env', 'exe/exe', 'sig/sig']],
      ['token', ['res/res']],
    ]);
    // What is only filled in, podman has no copy of; of these it has one each, since it is given as well.
    const copies = (await podman(['secret', 'ls', '--format', '{{.Name}}'])).stdout.trim().split('\n').sort();
    expect(copies).toEqual(['reconcile-pass', 'reconcile-token']);
  });

  it('another value: who has it as a variable is made anew, who has it in a file is told; nobody else notices', async () => {
    const before = await pids();
    expect((await set('rotate', values.pass2)).code).toBe(0);
    const said = await home.run('plan');
    expect(said.stdout).toMatch(/secret pass/);
    await home.apply(0);
    // The programs of all others are the ones they were.
    expect(moved(before, await pids())).toEqual(['env/env']);
    expect(await inside('env/env', 'sh', '-c', 'echo "[$DB_PASS]"')).toBe(`[${values.pass2}]\n`);
    expect(await inside('sig/sig', 'cat', '/etc/app.ini')).toBe(`[db]\npass = "${values.pass2}"\n`);
    expect(await inside('exe/exe', 'ls', '/tmp/told')).toBe('/tmp/told\n');
    await expect.poll(async () => (await podman(['logs', await name('sig/sig')])).stdout).toContain('reloaded');
    expect((await home.plan()).actions).toEqual([]);

    const then = await pids();
    await giveToken(values.token2);
    await home.apply(0);
    expect(moved(then, await pids())).toEqual(['res/res']);
    expect(await inside('res/res', 'cat', '/etc/a.ini')).toBe(`token=${values.token2};\n`);
    expect((await home.plan()).actions).toEqual([]);
  });

  it('without its key a node keeps what serves, says why, and goes on once it has it', async () => {
    const key = join(home.state, 'age.key');
    const before = await pids();
    expect((await set('rotate', values.pass3)).code).toBe(0);
    await rename(key, `${key}.away`);
    const outcome = await home.run('apply', '-y');
    expect(outcome.code, outcome.stdout + outcome.stderr).toBe(3);
    expect(outcome.stdout + outcome.stderr).toMatch(
      /secret pass is encrypted and this node has no key: reconcile secret key/,
    );
    expect(moved(before, await pids())).toEqual([]);
    await rename(`${key}.away`, key);
    await home.apply(0);
    expect(moved(before, await pids())).toEqual(['env/env']);
    expect(await inside('sig/sig', 'cat', '/etc/app.ini')).toBe(`[db]\npass = "${values.pass3}"\n`);
  });

  it('what lay in memory is there again before its program starts', async () => {
    await powerCut();
    await home.apply(0);
    expect(await inside('sig/sig', 'cat', '/etc/app.ini')).toBe(`[db]\npass = "${values.pass3}"\n`);
    expect(await inside('res/res', 'cat', '/etc/a.ini')).toBe(`token=${values.token2};\n`);
    expect((await home.plan()).actions).toEqual([]);
  });

  it('the parachute fills in what it can, says what it cannot, and brings up the rest', async () => {
    const ids = await Promise.all(slots.map(name));
    await powerCut();
    const { code, said } = await fall(join(home.state, 'parachute.sh'));
    expect(code, said).toBe(1);
    expect(said).toMatch(
      /sig-\S+: \/etc\/app\.ini could not be filled in: it takes the program age with \S+age\.key; reconcile/,
    );
    expect(said).not.toMatch(/canary/);
    expect(await Promise.all(slots.map(async (slot) => (await name(slot)) !== ''))).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    expect(await inside('res/res', 'cat', '/etc/a.ini')).toBe(`token=${values.token2};\n`);
    expect(await inside('env/env', 'sh', '-c', 'echo "[$DB_PASS]"')).toBe(`[${values.pass3}]\n`);
    await home.apply(0);
    expect(await Promise.all(slots.map(name))).toEqual(ids);
    expect(await inside('sig/sig', 'cat', '/etc/app.ini')).toBe(`[db]\npass = "${values.pass3}"\n`);
  });

  it('nothing of it is left once nobody asks for it', async () => {
    await home.commit('no more', { 'services/env.toml': undefined, 'services/res.toml': undefined });
    const held = (await home.plan()).held.flatMap(({ id }) => ['--confirm', id]);
    await home.apply(0, ...held);
    // `pass` is only filled in now: its copy of podman's is kept until nobody names it at all.
    const copies = (await podman(['secret', 'ls', '--format', '{{.Name}}'])).stdout.trim();
    expect(copies).toBe('reconcile-pass');
    expect(await inside('sig/sig', 'cat', '/etc/app.ini')).toContain(values.pass3);
    expect((await home.plan()).actions).toEqual([]);
    await home.commit('none', { 'services/sig.toml': undefined, 'services/exe.toml': undefined });
    await home.apply(0, ...(await home.plan()).held.flatMap(({ id }) => ['--confirm', id]));
    expect((await podman(['secret', 'ls', '--quiet'])).stdout.trim()).toBe('');
  });
});

/** As systemd runs it; without `age`, which few machines have. */
function fall(script: string): Promise<{ code: number; said: string }> {
  const env = { PATH: '/usr/bin:/bin', HOME: process.env.HOME, XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR };
  return new Promise((resolve) => {
    const child = execFile('/bin/sh', [script], { env, timeout: 120_000 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, said: stdout + stderr }),
    );
  });
}
