import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import type { Plan } from '@reconcile/core';
import { rfc2136Driver } from '@reconcile/drivers/rfc2136';
import { createHost } from '@reconcile/host';
import { type Dnsmasq, dnsmasq, type Primary, primary, recordActions, serversLacking } from '@reconcile/testkit/dns';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { bareContext, get } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// One commit to a name that answers, and away again: podman, HAProxy, dnsmasq and Knot, by the whole command.

const reason = noRealPodman() ?? serversLacking;

interface Listed {
  readonly names: readonly { readonly name: string; readonly owner: string; readonly state: string }[];
}

describe.skipIf(reason !== undefined)(`names ${reason ?? ''}`, () => {
  let home: FleetHome;
  let port: number;
  let hosts: Dnsmasq;
  let knot: Primary;

  const service = (name: string, hostname: string, tag = '1') =>
    `name = "${name}"\n[[components]]\nname = "main"\nimage = "${testImage(tag)}"\nstop_timeout = "1s"\n[[components.routes]]\nport = 8080\nhostname = "${hostname}"\n`;
  const answer = (host: string) =>
    get({ port, host, timeoutMs: 10_000 }).then(
      ({ status, body }) => `${status} ${body.trim()}`,
      () => 'nothing',
    );
  const waits = (plan: Plan) => plan.waiting.map(({ code, key }) => `${code} ${key}`).sort();
  const list = async () => JSON.parse((await home.run('dns', 'list', '-o', 'json')).stdout) as Listed;

  beforeAll(async () => {
    await buildTestImage('1');
    await buildTestImage('2');
    port = await freePort();
    hosts = await dnsmasq();
    knot = await primary('knot', { zone: 'example.com', lines: ['mail A 192.0.2.5'] });
    const { ip, port: dnsPort } = knot.settings.server;
    home = await FleetHome.make({
      listeners: { 8080: `127.0.0.1:${port}` },
      more: `[drivers.hosts]
dir = "${hosts.hostsDir}"
server = "${hosts.server}"
zones = ["example.net"]
[drivers.rfc2136."example.com"]
server = "${ip}:${dnsPort}"
key_file = "${knot.keyFile}"
timeout = "2s"
`,
    });
    await home.commit('two services in two zones', {
      'fleet.toml': `name = "home"
zone = "example.net"
${['example.net hosts', 'example.com rfc2136', 'example.org exec']
  .map((words) => words.split(' '))
  .map(([zone, driver]) => `[[zones]]\nzone = "${zone}"\ndriver = "${driver}"\naddress = "loopback"\n`)
  .join('')}`,
      'services/web.toml': service('web', 'web.example.net'),
      'services/shop.toml': service('shop', 'shop.example.com'),
    });
  });
  afterAll(async () => {
    await home?.close();
    await hosts?.close();
    await knot?.close();
  });

  it('appear after their routes, which appear after the gate', async () => {
    const plan = await home.plan();
    const needs = new Map(plan.actions.map((action) => [action.id, action.needs]));
    expect(needs.get('record/A/web.example.net#create')).toEqual(['route/8080/web.example.net#create']);
    expect(needs.get('record/A/shop.example.com#create')).toEqual(['route/8080/shop.example.com#create']);
    expect(needs.get('route/8080/web.example.net#create')).toContainEqual(
      expect.stringMatching(/^container\/web.*#await$/),
    );
    await home.apply(0);
    expect(await hosts.resolve('web.example.net')).toEqual(['127.0.0.1']);
    expect(await knot.resolve('shop.example.com')).toEqual(['127.0.0.1']);
    expect([await answer('web.example.net'), await answer('shop.example.com')]).toEqual(['200 1', '200 1']);
    expect((await list()).names.map(({ name, owner, state }) => `${name} ${owner} ${state}`)).toEqual([
      'shop.example.com ours served',
      'web.example.net ours served',
    ]);
  });

  it('stay as they are over quiet passes: no serial, no file, no exit code', async () => {
    const path = `${hosts.hostsDir}/a-web.example.net.hosts`;
    const before = [await knot.serial(), (await stat(path)).mtimeMs, (await stat(path)).ino];
    for (let pass = 0; pass < 3; pass++) await home.apply(0);
    expect([await knot.serial(), (await stat(path)).mtimeMs, (await stat(path)).ino]).toEqual(before);
  });

  it('are put back when somebody changes or removes them', async () => {
    await rm(`${hosts.hostsDir}/a-web.example.net.hosts`);
    const shop = recordActions({
      hostname: 'shop.example.com',
      zone: 'example.com',
      driver: 'rfc2136',
      value: '127.0.0.1',
      routes: ['route/8080/shop.example.com'],
    });
    const edit = { ...shop.update({ value: '192.0.2.66' }), services: ['shop'] };
    await rfc2136Driver(knot.settings).apply(bareContext(createHost()), edit);
    expect(await knot.resolve('shop.example.com')).toEqual(['192.0.2.66']);
    const changes = (await home.plan()).changes.map(({ key, type }) => `${type} ${key}`);
    expect(changes.sort()).toEqual(['create record/A/web.example.net', 'update record/A/shop.example.com']);
    await home.apply(0);
    await expect.poll(() => hosts.resolve('web.example.net')).toEqual(['127.0.0.1']);
    expect(await knot.resolve('shop.example.com')).toEqual(['127.0.0.1']);
  });

  it('wait, by name, while their server is down; containers go on meanwhile', async () => {
    await knot.stop();
    await home.commit('new versions of both', {
      'services/web.toml': service('web', 'web.example.net', '2'),
      'services/shop.toml': service('shop', 'shop.example.com', '2'),
    });
    await home.apply(3);
    expect([await answer('web.example.net'), await answer('shop.example.com')]).toEqual(['200 2', '200 2']);
    const { stdout } = await podman(['ps', '-a', '--format', '{{.Names}}']);
    expect(stdout.trim().split('\n').length).toBe(2);
    const plan = await home.plan();
    expect(waits(plan)).toEqual(['Blind record/A/shop.example.com']);
    expect(plan.waiting[0]?.message).toMatch(
      /^cannot read rfc2136\."example\.com": ask the DNS server at 127\.0\.0\.1/,
    );
    await knot.start();
    await home.apply(0);
  });

  it("wait while somebody else's stand in the way, which are left alone", async () => {
    await writeFile(`${hosts.hostsDir}/by-hand`, '192.0.2.9 new.example.net\n');
    await home.commit('names that are taken, and one in a zone that nobody here writes', {
      'services/new.toml': service('new', 'new.example.net'),
      'services/mail.toml': service('mail', 'mail.example.com'),
      'services/org.toml': service('org', 'web.example.org'),
    });
    await home.apply(3);
    const plan = await home.plan();
    expect(waits(plan)).toEqual(['NameConflict record/A/mail.example.com', 'NameConflict record/A/new.example.net']);
    expect(plan.unmanaged.map(({ key, why }) => `${key} ${why}`)).toEqual([
      'record/A/web.example.org node.toml has no [drivers.exec."example.org"]',
    ]);
    expect([await answer('new.example.net'), await answer('web.example.org')]).toEqual(['200 1', '200 1']);
    expect([await hosts.resolve('new.example.net'), await knot.resolve('mail.example.com')]).toEqual([
      ['192.0.2.9'],
      ['192.0.2.5'],
    ]);
    const owners = Object.fromEntries((await list()).names.map(({ name, owner }) => [name, owner]));
    expect(owners).toMatchObject({
      'new.example.net': 'foreign',
      'mail.example.com': 'foreign',
      'web.example.org': 'unmanaged',
    });
    await home.commit('away with them', {
      'services/new.toml': undefined,
      'services/mail.toml': undefined,
      'services/org.toml': undefined,
    });
    const held = (await home.plan()).held.flatMap(({ id }) => ['--confirm', id]);
    await home.apply(0, ...held);
  });

  it('that cannot be removed stay to be removed, and keep neither route nor container', async () => {
    await home.commit('one more in the zone', { 'services/late.toml': service('late', 'late.example.com') });
    await home.apply(0);
    expect(await knot.resolve('late.example.com')).toEqual(['127.0.0.1']);
    await knot.stop();
    await home.commit('and away', { 'services/late.toml': undefined });
    const outcome = await home.apply(1);
    expect(outcome.stdout + outcome.stderr).toContain('record/A/late.example.com');
    expect(await home.container('late/main')).toBeUndefined();
    expect(await answer('late.example.com')).toMatch(/^404/);
    expect((await home.plan()).actions.map(({ id }) => id)).toEqual(['record/A/late.example.com#delete']);
    await knot.start();
    await home.apply(0);
    expect(await knot.resolve('late.example.com')).toBeUndefined();
  });

  it('go before their routes, and leave nothing', async () => {
    await home.commit('shop goes', { 'services/shop.toml': undefined });
    const plan = await home.plan();
    const removal = plan.actions.find(({ id }) => id === 'route/8080/shop.example.com#delete');
    expect(removal?.needs).toContain('record/A/shop.example.com#delete');
    await home.apply(0);
    expect(await knot.resolve('shop.example.com')).toBeUndefined();
    expect(await knot.resolve('_reconcile-a.shop.example.com', 'TXT')).toBeUndefined();
    expect(await knot.resolve('mail.example.com')).toEqual(['192.0.2.5']);
    expect((await readdir(hosts.hostsDir)).sort()).toEqual(['a-web.example.net.hosts', 'by-hand']);
    expect(await answer('shop.example.com')).toMatch(/^404/);
  });
});
