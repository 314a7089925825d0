import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Pebble, pebbleLacking, startPebble } from '@reconcile/testkit/certs';
import { type Primary, primary, serversLacking } from '@reconcile/testkit/dns';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, testImage } from '@reconcile/testkit/podman';
import { get, startLoad } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A zone that asks for a wildcard: one order at a real ACME server, proven in a real zone, shown by a real HAProxy for every name
// that asks for it and no other. Then back to one certificate a name, while people ask.

const reason = noRealPodman() ?? serversLacking ?? pebbleLacking;
const zone = 'example.com';

describe.skipIf(reason !== undefined)(`a wildcard certificate ${reason ?? ''}`, () => {
  let home: FleetHome;
  let pebble: Pebble;
  let server: Primary;
  let port: number;
  let root: string;

  const fleet = (wildcard: boolean) =>
    `name = "home"\nzone = "svc.example.net"\n[[zones]]\nzone = "${zone}"\ndriver = "rfc2136"\nissuer = "acme"\nwildcard = ${wildcard}\n`;
  const service = (name: string, hostname: string) =>
    `name = "${name}"\nimage = "${testImage('1')}"\nenv = { VERSION = "${name}" }\nstop_timeout = "1s"\n[[routes]]\nhostname = "${hostname}"\n`;
  const stored = async () => (await readdir(join(home.state, 'certificates'))).sort();

  beforeAll(async () => {
    await buildTestImage('1');
    server = await primary('knot', { zone });
    const at = `${server.settings.server.ip}:${server.settings.server.port}`;
    pebble = await startPebble({ dnsServer: at });
    port = await freePort();
    // http-01 is what other names would be proven by: a wildcard cannot be.
    home = await FleetHome.make({
      tlsListeners: { 443: `127.0.0.1:${port}` },
      more: `[drivers.acme]\ndirectory = "${pebble.directory}"\nca_file = "${pebble.caFile}"\nchallenge = "dns-01"\n[drivers.rfc2136."${zone}"]\nserver = "${at}"\nkey_file = "${server.keyFile}"\n`,
    });
    await home.commit('two names and their domain', {
      'fleet.toml': fleet(true),
      'services/web.toml': service('web', `web.${zone}`),
      'services/api.toml': service('api', `api.${zone}`),
      'services/top.toml': service('top', zone),
    });
  });
  afterAll(async () => {
    await home?.close();
    await pebble?.close();
    await server?.close();
  });

  it('is ordered once, for the zone and its domain, and shown for each of its names', async () => {
    await home.apply(0);
    expect(pebble.orders()).toBe(1);
    expect(await stored()).toEqual([`_wildcard.${zone}.pem`]);
    root = await pebble.root();
    for (const [host, body] of [
      [`web.${zone}`, 'web'],
      [`api.${zone}`, 'api'],
      [zone, 'top'],
    ] as const)
      expect((await get({ port, host, ca: root })).body.trim()).toBe(body);
    await expect(get({ port, host: `other.${zone}`, ca: root })).rejects.toThrow();
    expect((await home.plan()).exit).toBe(0);
    // Nothing of the proof is left in the zone.
    expect(await server.resolve(`_acme-challenge.${zone}`, 'TXT')).toBeUndefined();
  });

  it('is listed as it is, and each route says whose certificate it shows', async () => {
    const { certificates } = JSON.parse((await home.run('cert', 'list', '-o', 'json')).stdout) as {
      certificates: { name: string; isWell: boolean; configured: { names: string[] } }[];
    };
    expect(certificates).toMatchObject([
      { name: `*.${zone}`, isWell: true, state: 'served', configured: { names: [`*.${zone}`, zone] } },
    ]);
    const table = await home.run('cert', 'list');
    expect(table.stdout).toMatch(/\*\.example\.com +acme +ours +yes +[0-9a-f]{12} +[0-9a-f]{12} +\d+ d +served/);
    expect((await home.run('status', 'web')).stdout).toMatch(/web\.example\.com.* left/);
  });

  it('another name below it costs nothing: no order, no reload', async () => {
    await home.commit('one more', { 'services/more.toml': service('more', `more.${zone}`) });
    const plan = await home.plan();
    expect(plan.actions.filter(({ kind }) => kind === 'certificate')).toEqual([]);
    await home.apply(0);
    expect((await get({ port, host: `more.${zone}`, ca: root })).body.trim()).toBe('more');
    expect(pebble.orders()).toBe(1);
  });

  it('is put back when its file is lost', async () => {
    await rm(join(home.state, 'certificates', `_wildcard.${zone}.pem`));
    await home.apply(0);
    expect(await stored()).toEqual([`_wildcard.${zone}.pem`]);
    expect((await home.plan()).exit).toBe(0);
  });

  it('goes, and comes, while people ask: no request fails, and nothing is left over', async () => {
    const hosts = ['web', 'api', 'more'].map((name) => ({ name, host: `${name}.${zone}` }));
    const load = startLoad(
      hosts.map(({ host, name }) => ({ port, host, ca: root, isRight: (body) => body.trim() === name })),
      40,
    );
    await home.commit('one for each', { 'fleet.toml': fleet(false) });
    await home.apply(0);
    expect(await stored()).toEqual([...hosts.map(({ host }) => `${host}.pem`), `${zone}.pem`].sort());
    expect((await home.plan()).exit).toBe(0);
    await home.commit('one for all', { 'fleet.toml': fleet(true) });
    await home.apply(0);
    expect(await stored()).toEqual([`_wildcard.${zone}.pem`]);
    expect((await home.plan()).exit).toBe(0);
    const { failures, total } = await load.stop();
    expect(total).toBeGreaterThan(10);
    expect(failures).toEqual([]);
  });
});
