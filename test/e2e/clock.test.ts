import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, testImage } from '@reconcile/testkit/podman';
import { get } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The shipped command under a wall clock that jumps (libfaketime), while the machine goes on counting: nothing is signed by it
// until the clock is right again, another one agrees, or a person says that it is right.

const libraries = `${process.env.RECONCILE_CLOCK ?? '/nowhere'}/usr/lib`;
const faketime = (existsSync(libraries) ? readdirSync(libraries) : [])
  .map((name) => join(libraries, name, 'faketime', 'libfaketime.so.1'))
  .find((path) => existsSync(path));
const lacking =
  faketime === undefined ? 'libfaketime is not unpacked here ($RECONCILE_CLOCK); ./dev test has it' : undefined;
const reason = noRealPodman() ?? lacking;
const decade = '+3650d';

describe.skipIf(reason !== undefined)(`a clock that jumps ${reason ?? ''}`, () => {
  let home: FleetHome;
  let port: number;
  let root: string;

  const service = (name: string, version: string) =>
    `name = "${name}"\nimage = "${testImage('1')}"\nenv = { VERSION = "${version}" }\nstop_timeout = "1s"\n[[routes]]\n[health]\ntype = "http"\npath = "/healthz"\n[update]\nmin_ready = "300ms"\n`;
  const pem = (name: string) => readFile(join(home.state, 'certificates', `${name}.svc.example.net.pem`), 'utf8');
  const body = async (name: string) => (await get({ port, host: `${name}.svc.example.net`, ca: root })).body.trim();
  /** What the kernel says of other machines' clocks; setting a clock by hand makes that `no`. */
  const kernelSays = async (word: 'yes' | 'no') => {
    await writeFile(join(home.dir, 'bin', 'timedatectl'), `#!/bin/sh\necho ${word}\n`);
    await chmod(join(home.dir, 'bin', 'timedatectl'), 0o755);
  };
  const at = (offset: string, ...args: readonly string[]) =>
    home.runWith(
      {
        PATH: `${join(home.dir, 'bin')}:${process.env.PATH ?? ''}`,
        ...(offset === '' ? {} : { LD_PRELOAD: faketime ?? '', FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' }),
      },
      ...args,
    );
  const planAt = async (offset: string) =>
    JSON.parse((await at(offset, 'plan', '-o', 'json')).stdout) as {
      exit: number;
      actions: { id: string }[];
      held: { id: string; code: string; keys: string[]; message: string }[];
    };

  beforeAll(async () => {
    await buildTestImage('1');
    port = await freePort();
    home = await FleetHome.make({ tlsListeners: { 443: `127.0.0.1:${port}` }, more: '[drivers.internal-ca]\n' });
    await mkdir(join(home.dir, 'bin'));
    await kernelSays('no');
    await home.commit('two', {
      'fleet.toml': 'name = "home"\nzone = "svc.example.net"\n',
      'services/web.toml': service('web', 'web'),
      'services/api.toml': service('api', 'api'),
    });
    expect((await at('', 'apply', '-y')).code).toBe(0);
    root = (await home.run('cert', 'root')).stdout;
  });
  afterAll(() => home?.close());

  it('ten years on: one hold for all, with its cause and the next command; nothing is signed, all is served', async () => {
    const before = [await pem('web'), await pem('api')];
    const plan = await planAt(decade);
    expect(plan).toMatchObject({
      exit: 3,
      actions: [],
      held: [{ code: 'ClockDoubted', keys: ['certificate/api.svc.example.net', 'certificate/web.svc.example.net'] }],
    });
    expect(plan.held[0]?.message).toContain('3650 days ahead of what this machine has counted');
    expect((await at(decade, 'apply', '-y')).code).toBe(3);
    expect([await pem('web'), await pem('api')]).toEqual(before);
    expect([await body('web'), await body('api')]).toEqual(['web', 'api']);
    const status = await at(decade, 'status');
    expect(status.stdout).toContain(`reconcile apply --confirm ${plan.held[0]?.id}`);
    expect(status.stdout).not.toContain('ended');
  });

  it('everything else goes on: a new version is rolled out and switched to', async () => {
    await home.commit('next', { 'services/web.toml': service('web', 'next') });
    const before = await pem('web');
    expect((await at(decade, 'apply', '-y')).code).toBe(3);
    expect(await body('web')).toBe('next');
    expect(await pem('web')).toBe(before);
  });

  it('set right again, nothing is left of it', async () => {
    expect(await planAt('')).toMatchObject({ exit: 0, held: [] });
    expect((await at('', 'apply', '-y')).code).toBe(0);
  });

  it('ten years back: the same', async () => {
    const plan = await planAt('-3650d');
    expect(plan.actions).toEqual([]);
    expect(plan.held.map(({ code }) => code)).toEqual(['ClockDoubted']);
    expect(plan.held[0]?.message).toContain('3650 days behind');
  });

  it('another clock agrees: it is the time', async () => {
    await kernelSays('yes');
    const plan = await planAt(decade);
    expect(plan.held).toEqual([]);
    expect(plan.actions.map(({ id }) => id)).toContain('certificate/web.svc.example.net#update');
    await kernelSays('no');
  });

  it('a person says so: it is signed by it, once, and the clock is believed from then on', async () => {
    const before = await pem('web');
    expect((await at(decade, 'apply', '-y')).code).toBe(3);
    const [hold] = (await planAt(decade)).held;
    const { code, stderr, stdout } = await at(decade, 'apply', '-y', '--confirm', hold?.id ?? '');
    expect(code, `${stdout}${stderr}`).toBe(0);
    expect(await pem('web')).not.toBe(before);
    expect(await planAt(decade)).toMatchObject({ exit: 0, held: [] });
    // Now it is the old time that is off, by which what was signed is not valid yet: it is not thrown away.
    expect((await planAt('')).held.map(({ code: why }) => why)).toEqual(['ClockDoubted']);
  });
});
