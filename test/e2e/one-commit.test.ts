import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CaddyWorld, caddyWorld, findCaddy } from '@reconcile/testkit/caddy';
import { type Pebble, pebbleLacking, startPebble } from '@reconcile/testkit/certs';
import { dnsmasq, primary, serversLacking } from '@reconcile/testkit/dns';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Curl, curlAsking } from './curl.fixture.ts';

// One commit to HTTPS by name, over every pair of real servers that a user would have: curl asks that DNS server, believes that
// CA alone, and is answered through that proxy. Then one commit back to nothing.

const reason = noRealPodman() ?? serversLacking;
const zone = 'example.net';

interface Names {
  /** `127.0.0.1:PORT`. */
  readonly server: string;
  /** Driver of the zone, and its table of node.toml. */
  readonly driver: 'hosts' | 'rfc2136';
  readonly table: string;
  values(name: string): Promise<readonly string[] | undefined>;
  freeze(): Promise<void>;
  wake(): void;
  close(): Promise<void>;
}

async function names(kind: 'dnsmasq' | 'knot' | 'bind'): Promise<Names> {
  if (kind === 'dnsmasq') {
    const made = await dnsmasq();
    const table = `[drivers.hosts]\ndir = "${made.hostsDir}"\nserver = "${made.server}"\n`;
    return { ...made, driver: 'hosts', table, values: (name) => made.resolve(name) };
  }
  const made = await primary(kind, { zone });
  const { ip, port } = made.settings.server;
  const server = `${ip}:${port}`;
  const table = `[drivers.rfc2136."${zone}"]\nserver = "${server}"\nkey_file = "${made.keyFile}"\n`;
  return { ...made, server, driver: 'rfc2136', table, values: (name) => made.resolve(name) };
}

interface Case {
  readonly proxy: 'haproxy' | 'caddy';
  readonly dns: 'dnsmasq' | 'knot' | 'bind';
  readonly issuer: 'internal-ca' | 'http-01' | 'dns-01';
}

const cases: readonly Case[] = [
  { proxy: 'haproxy', dns: 'dnsmasq', issuer: 'internal-ca' },
  { proxy: 'haproxy', dns: 'knot', issuer: 'internal-ca' },
  { proxy: 'haproxy', dns: 'bind', issuer: 'internal-ca' },
  { proxy: 'caddy', dns: 'knot', issuer: 'internal-ca' },
  { proxy: 'haproxy', dns: 'knot', issuer: 'http-01' },
  { proxy: 'haproxy', dns: 'knot', issuer: 'dns-01' },
];

/** Why one case cannot run on this machine, though others can. */
function lacking({ issuer, proxy }: Case): string | undefined {
  if (proxy === 'caddy' && findCaddy() === undefined) return 'there is no Caddy on this machine';
  return issuer === 'internal-ca' ? undefined : pebbleLacking;
}

describe.skipIf(reason !== undefined)(`one commit to HTTPS by name ${reason ?? ''}`, () => {
  beforeAll(() => buildTestImage('1'));

  for (const one of cases) {
    const why = lacking(one);
    const title = `podman, ${one.proxy}, ${one.dns}, ${one.issuer} ${why ?? ''}`;
    describe.skipIf(why !== undefined)(title, () => throughAll(one));
  }
});

function throughAll({ dns, issuer, proxy }: Case): void {
  let home: FleetHome;
  let server: Names;
  let caddy: CaddyWorld | undefined;
  let pebble: Pebble | undefined;
  let curl: Curl;
  let ports: { readonly tls: number; readonly plain: number };

  const name = `web.${zone}`;
  const url = () => `https://${name}:${ports.tls}/`;
  const root = async () => (pebble === undefined ? (await home.run('cert', 'root')).stdout : pebble.root());

  beforeAll(async () => {
    server = await names(dns);
    curl = await curlAsking(server.server);
    // The ACME server asks the very DNS server that has our records.
    if (issuer !== 'internal-ca') pebble = await startPebble({ dnsServer: server.server });
    if (proxy === 'caddy') caddy = await caddyWorld();
    ports = { tls: await freePort(), plain: pebble?.httpPort ?? (await freePort()) };
    const acme =
      pebble === undefined
        ? '[drivers.internal-ca]\n'
        : `[drivers.acme]\nemail = "ops@example.com"\ndirectory = "${pebble.directory}"\nca_file = "${pebble.caFile}"\nchallenge = "${issuer}"\n`;
    const admin = caddy === undefined ? '' : `[drivers.caddy]\nadmin = "${caddy.settings.admin}"\n`;
    home = await FleetHome.make({
      proxy,
      listeners: { 80: `127.0.0.1:${ports.plain}` },
      tlsListeners: { 443: `127.0.0.1:${ports.tls}` },
      more: `${acme}${admin}${server.table}`,
    });
    for (const [key, value] of [
      ['user.name', 'ops'],
      ['user.email', 'ops@example.net'],
    ] as const)
      await home.git('config', key, value);
    await home.commit('a fleet', {
      'fleet.toml': `name = "home"\nzone = "${zone}"\n[[zones]]\nzone = "${zone}"\ndriver = "${server.driver}"\nissuer = "${pebble === undefined ? 'internal-ca' : 'acme'}"\n`,
    });
    await writeFile(
      join(home.dir, 'web.toml'),
      `name = "web"\nimage = "${testImage('1')}"\nenv = { VERSION = "first" }\nstop_timeout = "1s"\n[[routes]]\n[health]\ntype = "http"\npath = "/healthz"\n`,
    );
  });
  afterAll(async () => {
    await curl?.close();
    await home?.close();
    await caddy?.close();
    await pebble?.close();
    await server?.close();
  });

  it('is done when the name answers, and says so', async () => {
    const { code, stderr, stdout } = await home.run('deploy', 'web', '../web.toml', '-y');
    expect(code, `${stdout}${stderr}`).toBe(0);
    expect(stdout).toMatch(/^✔ web {2}converged at /m);
    expect(stdout).toMatch(/^ {2}https:\/\/web\.example\.net {2}answers 200, certificate until \d{4}-\d\d-\d\d$/m);
    const { code: curled, stderr: said, stdout: body } = await curl(url(), await root());
    expect([curled, body.trim(), said]).toEqual([0, 'first', '']);
    expect(await server.values(name)).toEqual(['127.0.0.1']);
  });

  it('is believed for that name by that root alone', async () => {
    expect((await curl(`https://other.${zone}:${ports.tls}/`, await root())).code).toBe(6);
    expect((await curl(url(), '')).code).toBe(60);
  });

  // Whoever writes by DNS UPDATE needs the server to write at all: that one waits, and has its own test.
  if (dns === 'dnsmasq')
    it('is not done while nobody answers for its name; the whole of it is told', async () => {
      await server.freeze();
      try {
        const { code, stdout } = await home.run('set', 'web', 'env.VERSION=second', '-y');
        expect(code, stdout).toBe(3);
        expect(stdout).toMatch(/^✖ web {2}converged, but it does not answer as it should, at /m);
        expect(stdout).toContain(
          `  https://${name}  nobody answers for the name at ${server.server}\n    wanted  127.0.0.1\n`,
        );
      } finally {
        server.wake();
      }
      const now = JSON.parse((await home.run('deploy', 'web', '-o', 'json')).stdout) as {
        exit: number;
        reached: object;
      };
      expect(now).toMatchObject({ exit: 0, reached: [{ url: `https://${name}`, isWell: true }] });
      expect((await curl(url(), await root())).stdout.trim()).toBe('second');
    });

  it('goes by one commit, and a second look finds nothing to do', async () => {
    const { code, stderr, stdout } = await home.run('undeploy', 'web', '-y');
    expect(code, `${stdout}${stderr}`).toBe(0);
    expect(await server.values(name)).toBeUndefined();
    expect((await curl(url(), await root())).code).toBe(6);
    expect((await home.plan()).exit).toBe(0);
  });
}
