import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Pebble, pebbleLacking, startPebble } from '@reconcile/testkit/certs';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, testImage } from '@reconcile/testkit/podman';
import { get } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// One commit to HTTPS under a public name: the certificate is ordered at a real ACME server, answered through our own proxy.

const reason = noRealPodman() ?? pebbleLacking;

describe.skipIf(reason !== undefined)(`ACME ${reason ?? ''}`, () => {
  let home: FleetHome;
  let pebble: Pebble;
  let port: number;

  beforeAll(async () => {
    await buildTestImage('1');
    pebble = await startPebble();
    port = await freePort();
    home = await FleetHome.make({
      listeners: { 80: `127.0.0.1:${pebble.httpPort}` },
      tlsListeners: { 443: `127.0.0.1:${port}` },
      more: `[drivers.acme]\nemail = "ops@example.com"\ndirectory = "${pebble.directory}"\nca_file = "${pebble.caFile}"\n`,
    });
    await home.commit('web', {
      'fleet.toml': 'name = "home"\nzone = "svc.example.net"\n',
      'services/web.toml': `name = "web"\nimage = "${testImage('1')}"\nstop_timeout = "1s"\nenv = { VERSION = "a" }\n[[routes]]\nhostname = "web.example.com"\n[[routes]]\nname = "inner"\n`,
    });
  });
  afterAll(async () => {
    await home?.close();
    await pebble?.close();
  });

  it('orders, serves, and is verified; what no issuer here signs is unmanaged, never in the clear', async () => {
    const plan = await home.plan();
    const certificate = plan.actions.find(({ id }) => id === 'certificate/web.example.com#create');
    expect(certificate?.needs).toContain('listener/80#create');
    expect(plan.unmanaged.map(({ key }) => key)).toEqual([
      'certificate/web.svc.example.net',
      'route/443/web.svc.example.net',
    ]);
    await home.apply(0);
    const root = await pebble.root();
    const answer = await get({ port, host: 'web.example.com', ca: root });
    expect(answer.body.trim()).toBe('a');
    await expect(get({ port, host: 'web.svc.example.net', ca: root })).rejects.toThrow();
    expect((await home.plan()).exit).toBe(0);
    const pem = await readFile(join(home.state, 'certificates', 'web.example.com.pem'), 'utf8');
    expect(pem).toMatch(/^# reconcile certificate \{"issuer":"acme","services":\["web"\]\}\n/);
  });

  it('is listed as it is: routes and certificates, declared, configured and served', async () => {
    const { certificates } = JSON.parse((await home.run('cert', 'list', '-o', 'json')).stdout) as {
      certificates: { name: string; issuer: string; isWell: boolean; state: string }[];
    };
    expect(certificates.map(({ isWell, issuer, name }) => [name, issuer, isWell])).toEqual([
      ['web.example.com', 'acme', true],
      ['web.svc.example.net', 'internal-ca', false],
    ]);
    expect(certificates[1]?.state).toContain('[drivers.internal-ca]');
    const { routes } = JSON.parse((await home.run('route', 'list', '-o', 'json')).stdout) as {
      routes: { key: string; served: boolean; owner: string }[];
    };
    expect(routes.map(({ key, owner, served }) => [key, owner, served])).toEqual([
      ['route/443/web.example.com', 'ours', true],
      ['route/443/web.svc.example.net', 'ours', false],
    ]);
    const table = await home.run('cert', 'list');
    expect(table.stdout).toMatch(/web\.example\.com +acme +ours +yes +[0-9a-f]{12} +[0-9a-f]{12} +\d+ d +served/);
    expect((await home.run('cert', 'root')).code).toBe(1);
  });
});
