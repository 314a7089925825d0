import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { KindDefinition } from '@reconcile/core';
import { type CertificateState, certificate } from '@reconcile/core/kinds/certificate';
import { type AcmeSettings, acmeDriver, type TxtWriter } from '@reconcile/drivers/acme';
import { createReadHost, type Host, type ReadHost } from '@reconcile/host';
import { readBundle } from '@reconcile/host/tls';
import { certificateAction, type Pebble, pebbleLacking, startPebble } from '@reconcile/testkit/certs';
import { describeLaw } from '@reconcile/testkit/contract';
import {
  bareContext,
  freePorts,
  get,
  type HaproxyWorld,
  haproxyWorld,
  listenerActions,
  routeActions,
  webBackend,
} from '@reconcile/testkit/proxy';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

// Orders at a real ACME server that refuses every fifth nonce, answered through a real HAProxy or by a TXT record.

const kinds = [certificate] as unknown as readonly KindDefinition[];
const create = (name: string, verb: 'create' | 'update' | 'delete' = 'create') =>
  certificateAction(`${name}.example.com`, verb, 'acme');

function settingsOf(world: HaproxyWorld, pebble: Pebble, more: Partial<AcmeSettings> = {}): AcmeSettings {
  return {
    dir: `${world.root}/state/acme`,
    certificatesDir: world.settings.certificatesDir,
    directory: pebble.directory,
    email: 'ops@example.com',
    challenge: 'http-01',
    caFile: pebble.caFile,
    challengeSocket: world.settings.challengeSocket,
    ...more,
  };
}

async function orderFiles(world: HaproxyWorld): Promise<string[]> {
  const names = await readdir(`${world.root}/state/acme`, { recursive: true }).catch(() => []);
  return names.filter((name) => name.includes('order-')).map((name) => `${world.root}/state/acme/${name}`);
}

if (pebbleLacking === undefined) {
  describeLaw<ReadHost, Host>('ACME', async () => {
    const [world, pebble] = await Promise.all([haproxyWorld(), startPebble({ nonceReject: 0 })]);
    await world.apply(listenerActions(80, { binds: [`127.0.0.1:${pebble.httpPort}`] }).create);
    return {
      driver: acmeDriver(settingsOf(world, pebble)),
      kinds,
      script: [create('web'), create('api'), create('web', 'update'), create('web', 'delete'), create('api', 'delete')],
      observing: () => bareContext(createReadHost()),
      applying: (signal) => bareContext<Host>(world.host, signal),
      fingerprint: async () => String(await readdir(world.settings.certificatesDir).catch(() => [])),
      compared: ({ state }) => {
        const { issuer, names, unfit } = state as unknown as CertificateState;
        return { issuer, names, unfit };
      },
      close: async () => {
        await world.close();
        await pebble.close();
      },
    };
  });
}

describe.skipIf(pebbleLacking !== undefined)(`ACME ${pebbleLacking ?? ''}`, () => {
  let pebble: Pebble;
  let world: HaproxyWorld;
  beforeAll(async () => {
    pebble = await startPebble();
  });
  afterAll(() => pebble?.close());
  beforeEach(async () => {
    world = await haproxyWorld();
  });
  afterEach(() => world.close());

  const listen = () => world.apply(listenerActions(80, { binds: [`127.0.0.1:${pebble.httpPort}`] }).create);
  const apply = (settings: AcmeSettings, name: string, txt?: TxtWriter) =>
    acmeDriver(settings, { txt }).apply(bareContext<Host>(world.host), create(name));
  const pemOf = (name: string) => readFile(`${world.settings.certificatesDir}/${name}.example.com.pem`, 'utf8');

  test('http-01 through our own listener, then HTTPS with what came', async () => {
    await listen();
    await apply(settingsOf(world, pebble), 'web');
    const bundle = readBundle(await pemOf('web'));
    expect(bundle).toMatchObject({ trouble: undefined, leaf: { names: ['web.example.com'] } });
    expect(bundle?.chain.length).toBeGreaterThan(1);
    expect((await stat(`${world.settings.certificatesDir}/web.example.com.pem`)).mode & 0o777).toBe(0o600);
    expect(await orderFiles(world)).toEqual([]);
    const accounts = (await readdir(`${world.root}/state/acme`, { recursive: true })).filter((n) =>
      n.endsWith('account.json'),
    );
    expect((await stat(`${world.root}/state/acme/${accounts[0]}`)).mode & 0o777).toBe(0o600);
    const asked = await get({
      port: pebble.httpPort,
      host: 'web.example.com',
      path: '/.well-known/acme-challenge/abc',
    });
    expect(asked.status).toBe(503);

    const backend = await webBackend('web');
    const [secure = 0] = await freePorts(1);
    const hostname = 'web.example.com';
    await world.apply(listenerActions(443, { binds: [`127.0.0.1:${secure}`], tls: true }).create);
    await world.apply(
      routeActions({ listener: 443, hostname, mode: 'l7', tls: true, certificate: hostname }).create([backend.target]),
    );
    expect((await get({ port: secure, host: hostname, ca: await pebble.root() })).body).toBe('web');
    await backend.kill();
  });

  test('dns-01 by a record of ours, which goes again', async () => {
    const written: string[] = [];
    const txt: TxtWriter = async (_cx, { name, values: [value = ''] }) => {
      const { createHash } = await import('node:crypto');
      expect(value).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(createHash('sha256').digest('base64url')).not.toBe(value);
      await pebble.addTxt(name, value);
      written.push(name);
      return async () => {
        await pebble.clearTxt(name);
        written.push(`gone ${name}`);
      };
    };
    await apply(settingsOf(world, pebble, { challenge: 'dns-01' }), 'dns', txt);
    expect(readBundle(await pemOf('dns'))?.leaf.names).toEqual(['dns.example.com']);
    expect(written).toEqual(['_acme-challenge.dns.example.com', 'gone _acme-challenge.dns.example.com']);
  });

  test('a wildcard and its domain by one order, whatever the challenge of other names; both values stand together', async () => {
    const settings = settingsOf(world, pebble);
    const seen: (readonly string[])[] = [];
    const txt: TxtWriter = async (_cx, { name, values }) => {
      for (const value of values) await pebble.addTxt(name, value);
      seen.push([name, ...values]);
      return () => pebble.clearTxt(name);
    };
    const asked = { hostname: '*.wild.example.com', withApex: true };
    const before = pebble.orders();
    const action = certificateAction(asked, 'create', 'acme');
    await acmeDriver(settings, { txt }).apply(bareContext<Host>(world.host), action);
    const text = await readFile(`${settings.certificatesDir}/_wildcard.wild.example.com.pem`, 'utf8');
    expect(readBundle(text)?.leaf.names).toEqual(['*.wild.example.com', 'wild.example.com']);
    expect(seen).toEqual([['_acme-challenge.wild.example.com', expect.any(String), expect.any(String)]]);
    expect(new Set(seen[0]).size).toBe(3);
    expect(pebble.orders() - before).toBe(1);
    expect(await orderFiles(world)).toEqual([]);

    // An order for both is left open by a crash; asked for the wildcard alone, it is not gone on with.
    await rm(settings.certificatesDir, { recursive: true });
    await writeFile(settings.certificatesDir, '');
    await expect(acmeDriver(settings, { txt }).apply(bareContext<Host>(world.host), action)).rejects.toThrow();
    expect(await orderFiles(world)).toHaveLength(1);
    await rm(settings.certificatesDir);
    const narrower = certificateAction(asked.hostname, 'update', 'acme');
    await acmeDriver(settings, { txt }).apply(bareContext<Host>(world.host), narrower);
    const again = await readFile(`${settings.certificatesDir}/_wildcard.wild.example.com.pem`, 'utf8');
    expect(readBundle(again)?.leaf.names).toEqual(['*.wild.example.com']);
    await expect(
      acmeDriver(settings).apply(bareContext<Host>(world.host), certificateAction('*.x.example.com', 'create', 'acme')),
    ).rejects.toMatchObject({ code: 'ACME_NO_WAY', hint: expect.stringContaining('dns-01') });
  });

  test('on a clock that jumped nothing is ordered; what is there stays', async () => {
    await listen();
    await apply(settingsOf(world, pebble), 'web');
    const before = [await pemOf('web'), pebble.orders()];
    const { clock } = world.host;
    const jumped = { ...world.host, clock: { ...clock, now: () => clock.now() + 70 * 86_400_000 } };
    const again = acmeDriver(settingsOf(world, pebble)).apply(bareContext<Host>(jumped), create('web'));
    await expect(again).rejects.toMatchObject({ code: 'ACME_CLOCK', hint: expect.stringContaining('clock') });
    expect([await pemOf('web'), pebble.orders()]).toEqual(before);
  });

  test('stopped after the order, it goes on with the same order and key', async () => {
    await listen();
    const settings = settingsOf(world, pebble);
    const before = pebble.orders();
    // The store cannot be written: the order is finalized, then we fall.
    await mkdir(`${world.root}/state`, { recursive: true });
    await rm(settings.certificatesDir, { recursive: true, force: true });
    await writeFile(settings.certificatesDir, '');
    await expect(apply(settings, 'crash')).rejects.toThrow();
    const [file = ''] = await orderFiles(world);
    const { key, url } = JSON.parse(await readFile(file, 'utf8')) as { key: string; url: string };
    expect(url).toMatch(/^https:/);
    await rm(settings.certificatesDir);
    await apply(settings, 'crash');
    expect(pebble.orders() - before).toBe(1);
    expect(readBundle(await pemOf('crash'))?.key.trim()).toBe(key.trim());
    expect(await orderFiles(world)).toEqual([]);
  });

  test('a failed check: named, then the server is left alone for a while', async () => {
    const settings = settingsOf(world, pebble);
    await expect(apply(settings, 'lost')).rejects.toMatchObject({
      code: 'ACME_CHALLENGE',
      wanted: expect.stringContaining('http://lost.example.com/.well-known/acme-challenge/'),
    });
    const orders = pebble.orders();
    await expect(apply(settings, 'lost')).rejects.toMatchObject({ code: 'ACME_PATIENCE' });
    expect(pebble.orders()).toBe(orders);
  });

  test('no way to answer, and a server that is down: said so, the old certificate stays', async () => {
    await expect(apply(settingsOf(world, pebble, { challengeSocket: undefined }), 'noway')).rejects.toMatchObject({
      code: 'ACME_NO_WAY',
    });
    await listen();
    await apply(settingsOf(world, pebble), 'web');
    const held = await pemOf('web');
    const down = settingsOf(world, pebble, { directory: 'https://localhost:1/dir' });
    await expect(apply(down, 'web')).rejects.toMatchObject({ code: 'ACME_UNREACHABLE' });
    expect(await pemOf('web')).toBe(held);
    const stranger = settingsOf(world, pebble, { caFile: undefined, dir: `${world.root}/state/other` });
    await expect(apply(stranger, 'web')).rejects.toMatchObject({ code: 'ACME_UNREACHABLE' });
  });
});
