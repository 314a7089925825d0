import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dnsmasq, dnsmasq, serversLacking } from '@reconcile/testkit/dns';
import { buildPlatformImages, FleetHome, inPlace, platformFiles } from '@reconcile/testkit/fleet';
import { noRealPodman } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Curl, curlAsking } from './curl.fixture.ts';
import { EdgeNode, passThrough } from './edge.fixture.ts';
import { at, link, noLink, startThere } from './link.fixture.ts';

// examples/platform on two machines: rift with the containers and its three listeners, svc as the edge, each in a network
// namespace with the addresses and ports that the example has, a veth between. Whoever asks stands on rift, or on svc.

const reason = noRealPodman() ?? serversLacking ?? noLink;
const zone = 'svc.mcp.metacircular.net';
const publicNames = { mcq: 'mcq', docs: 'mcdoc', kls: 'kls', metacrypt: 'metacrypt' } as const;

interface Listed {
  readonly routes: readonly { readonly name: string; readonly served: boolean; readonly state: string }[];
}

describe.skipIf(reason !== undefined)(`the platform on two machines ${reason ?? ''}`, () => {
  let home: FleetHome;
  let edge: EdgeNode;
  let inside: Dnsmasq;
  let registrar: Dnsmasq;
  let curl: { readonly inside: Curl; readonly outside: Curl };
  let roots: { rift: string; svc: string };

  const fromSvc = async (name: string) => {
    const pem = join(edge.dir, 'svc.pem');
    await writeFile(pem, roots.svc);
    const resolve = ['--resolve', `${name}:443:${at.svc}`];
    const argv = ['curl', '-sS', '--max-time', '30', '--cacert', pem, ...resolve, '-w', ' %{http_code}'];
    const env = { PATH: '/usr/bin:/bin' };
    return startThere({ argv: [...argv, `https://${name}/`], cwd: edge.dir, env });
  };
  const listed = async () => JSON.parse((await edge.run('route', 'list', '-o', 'json')).stdout) as Listed;

  beforeAll(async () => {
    await buildPlatformImages();
    inside = await dnsmasq(['hostsdir=HOSTS', `local=/${zone}/`]);
    // The public zone is kept at the registrar: people made these records.
    registrar = await dnsmasq(Object.keys(publicNames).map((name) => `address=/${name}.metacircular.net/${at.svc}`));
    curl = { inside: await curlAsking(inside.server), outside: await curlAsking(registrar.server) };
    const both = (port: number) => `${at.rift}:${port}", "${at.lan}:${port}`;
    home = await FleetHome.make({
      tlsListeners: { 443: both(443), 8443: both(8443), 9443: both(9443) },
      mounts: ['/'],
      flags: ['host-network'],
      more: `[drivers.internal-ca]\n[drivers.hosts]\ndir = "${inside.hostsDir}"\nserver = "${inside.server}"\n`,
    });
    const toml = await readFile(home.config, 'utf8');
    const addresses = `overlay = "${at.rift}"\nlan = "${at.lan}"`;
    await writeFile(home.config, toml.replace('loopback = "127.0.0.1"', addresses), { mode: 0o600 });
    edge = await EdgeNode.make(home.fleet, `${at.svc}:443`, { address: at.svc, start: startThere });
    const files = await platformFiles(join(home.dir, 'srv'), 'overlay-haproxy', inPlace);
    for (const name of ['mcns', 'mcr', 'metacrypt', 'mcp-master', 'mcq', 'mcdoc', 'mcat', 'kls', 'sgard'])
      await mkdir(join(home.dir, 'srv', name), { recursive: true });
    // What Metacrypt and MCNS do there, the built-in CA and a hosts directory do here.
    const fleet = files['fleet.toml']?.replaceAll('issuer = "acme"', 'issuer = "internal-ca"') ?? '';
    await home.commit('the platform', {
      ...files,
      'fleet.toml': fleet.replaceAll('driver = "mcns"', 'driver = "hosts"'),
    });
  });
  afterAll(async () => {
    await edge?.close();
    await home?.close();
    for (const one of [curl?.inside, curl?.outside, inside, registrar]) await one?.close();
  });

  it('rift: every service, three listeners, every name', async () => {
    await home.apply(0);
    roots = { rift: (await home.run('cert', 'root')).stdout, svc: '' };
    for (const name of ['mcr', 'mcat', 'mcq', 'mcdoc', 'kls', 'metacrypt']) {
      const { code, stderr, stdout } = await curl.inside(`https://${name}.${zone}/`, roots.rift);
      expect([code, stderr], name).toEqual([0, '']);
      expect(stdout).toContain(`/srv/${name}/`);
    }
    for (const [port, name] of [
      [8443, 'mcr'],
      [8443, 'metacrypt'],
      [9443, 'mcr'],
      [9443, 'metacrypt'],
      [9443, 'sgard'],
    ] as const) {
      const said = await passThrough(port, `${name}.${zone}`, { ip: at.rift, more: '\r\n\r\n' });
      expect(said, name).toMatch(/^HTTP\/1\.[01] [45]\d\d /);
    }
  });

  it('svc: the public names over the link, believed by its own root', async () => {
    await home.commit('the root of rift', { 'ca/rift.pem': roots.rift });
    await home.apply(0);
    await edge.apply(0);
    roots = { ...roots, svc: (await edge.run('cert', 'root')).stdout };
    for (const [name, service] of Object.entries(publicNames)) {
      const { code, stderr, stdout } = await curl.outside(`https://${name}.metacircular.net/`, roots.svc);
      expect([code, stderr], name).toEqual([0, '']);
      expect(stdout).toContain(`/srv/${service}/`);
    }
    expect((await edge.plan()).exit).toBe(0);
    expect((await listed()).routes.map(({ state }) => state)).toEqual(Object.keys(publicNames).map(() => 'served'));
    expect((await curl.outside(`https://mcr.metacircular.net/`, roots.svc)).code).toBe(6);
  });

  it('the link is cut: the edge keeps its routes, changes nothing, and says who does not answer', async () => {
    await link('cut');
    const before = await edge.files('haproxy');
    expect((await edge.plan()).exit).toBe(0);
    await edge.apply(0);
    expect(await edge.files('haproxy')).toEqual(before);
    const { routes } = await listed();
    expect(routes.map(({ name }) => name).sort()).toEqual(
      Object.keys(publicNames)
        .map((name) => `${name}.metacircular.net`)
        .sort(),
    );
    for (const { served, state } of routes)
      expect([served, state]).toEqual([
        true,
        expect.stringMatching(/^kept; rift \(100\.95\.252\.120:443\) does not answer/),
      ]);
    // It answers by itself, under the right certificate, that nobody is there; within the bound of its own wait.
    const { code, stdout } = await fromSvc('mcq.metacircular.net');
    expect([code, stdout.slice(-3)]).toEqual([0, '503']);
  });

  it('rift goes on by itself meanwhile', async () => {
    expect((await home.plan()).exit).toBe(0);
    expect((await curl.inside(`https://mcq.${zone}/`, roots.rift)).code).toBe(0);
  });

  it('the link is back: everything answers again, and nobody had to do anything', async () => {
    await link('mend');
    await expect
      .poll(async () => (await fromSvc('docs.metacircular.net')).stdout.slice(-3), { timeout: 30_000 })
      .toBe('200');
    for (const name of Object.keys(publicNames))
      expect((await curl.outside(`https://${name}.metacircular.net/`, roots.svc)).code, name).toBe(0);
    expect((await edge.plan()).exit).toBe(0);
    expect((await listed()).routes.every(({ state }) => state === 'served')).toBe(true);
  });
});
