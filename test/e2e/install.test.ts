import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FleetHome } from '@reconcile/testkit/fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// `install` as a user types it: really, where systemd runs this machine; else what it says instead.

const isBooted = existsSync('/run/systemd/system');
const home: { at?: FleetHome } = {};
const node = () => {
  if (home.at === undefined) throw new TypeError('no node');
  return home.at;
};
beforeAll(async () => {
  home.at = await FleetHome.make({ proxy: 'none' });
  await node().commit('an empty fleet', { 'fleet.toml': 'name = "home"\nzone = "svc.home"\n' });
});
afterAll(() => home.at?.close());

const config = () => ({ XDG_CONFIG_HOME: join(node().dir, 'config') });

describe.skipIf(isBooted)(`without systemd ${isBooted ? '(it runs this machine)' : ''}`, () => {
  it('says what to use instead, writes nothing, and ends with 1', async () => {
    const before = await readdir(node().dir);
    const { code, stderr, stdout } = await node().runWith(config(), 'install');
    expect(code).toBe(1);
    expect(stderr).toMatch(/systemd does not run this machine, so nothing was written/);
    expect(stdout).toMatch(/^# cron: crontab -e, and add\n@reboot while :; do env .* agent; sleep 1; done$/m);
    expect(stdout).toMatch(/^@reboot sleep 120; .*\/parachute\.sh$/m);
    expect(stdout).toMatch(/^# runit: /m);
    expect(stdout).toContain(`--config ${node().config} agent`);
    expect(await readdir(node().dir)).toEqual(before);
  });

  it('as data', async () => {
    const { code, stdout } = await node().runWith(config(), 'install', '--json');
    expect(code).toBe(1);
    const said = JSON.parse(stdout) as { systemd: boolean; instead: { name: string; lines: string[] }[] };
    expect(said.systemd).toBe(false);
    expect(said.instead.map(({ name }) => name)).toEqual(['cron', 'runit']);
  });
});

describe.skipIf(!isBooted)(`with systemd ${isBooted ? '' : '(it does not run this machine)'}`, () => {
  const systemctl = (...args: string[]) => promisify(execFile)('systemctl', ['--user', ...args], { timeout: 30_000 });

  it('a dry run says all of it and does nothing; then the agent is ready; then it is gone', async () => {
    const dry = await node().run('install', '--dry-run');
    expect(dry.stdout).toMatch(/write +.*reconcile\.service/);
    expect(dry.stdout).toContain('Nothing was done.');
    const done = await node().run('install');
    expect(done.code, done.stdout + done.stderr).toBe(0);
    await systemctl('is-active', 'reconcile.service');
    const gone = await node().run('install', '--uninstall');
    expect(gone.code, gone.stderr).toBe(0);
    await expect(systemctl('is-active', 'reconcile.service')).rejects.toMatchObject({ code: 4 });
  });
});
