import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { type McnsSettings, mcnsDriver } from '@reconcile/drivers/mcns';
import { createHost, createReadHost, type Host, type ReadHost } from '@reconcile/host';
import { describeLaw } from '@reconcile/testkit/contract';
import { type McnsServer, mcnsServer, recordActions, recordKinds, recordScript } from '@reconcile/testkit/dns';
import { bareContext, selfSigned } from '@reconcile/testkit/proxy';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const place = { zone: 'svc.example.net', driver: 'mcns' } as const;
const at = (hostname: string, more: object = {}) => recordActions({ ...place, hostname, ...more });

async function world() {
  const dir = await mkdtemp(`${tmpdir()}/rcm-`);
  const server = await mcnsServer(place.zone);
  const tokenFile = `${dir}/token`;
  await writeFile(tokenFile, `${server.token}\n`, { mode: 0o600 });
  const settings: McnsSettings = {
    zone: place.zone,
    url: server.url,
    tokenFile,
    caFile: undefined,
    ttl: 60,
    timeoutMs: 1000,
  };
  const close = async () => {
    await server.close();
    await rm(dir, { recursive: true, force: true });
  };
  return { server, settings, close };
}

describeLaw<ReadHost, Host>('the MCNS contract', async () => {
  const { server, settings, close } = await world();
  return {
    driver: mcnsDriver(settings),
    kinds: recordKinds,
    script: recordScript(place),
    observing: () => bareContext(createReadHost()),
    applying: (signal) => bareContext(createHost(), signal),
    fingerprint: async () => JSON.stringify([server.serial(), server.records()]),
    refused: [
      { action: at('mail.svc.example.net').create, code: 'MCNS_NOT_OURS' },
      { action: at('mail.svc.example.net').delete(['192.0.2.5']), code: 'MCNS_NOT_OURS' },
      { action: at('shop.svc.example.net').create, code: 'MCNS_CHANGED' },
      { action: at('*.svc.example.net').create, code: 'MCNS_RECORD' },
      { action: at('web.example.net').create, code: 'MCNS_RECORD' },
      { action: at('web.example.org', { zone: 'example.org' }).create, code: 'MCNS_RECORD' },
    ],
    foreign: {
      async place() {
        server.place('mail', 'A', '192.0.2.5');
        server.place('shop', 'CNAME', 'mail.svc.example.net.');
      },
      left: async () =>
        server
          .records()
          .map(({ name, value }) => `${name} ${value}`)
          .join() === 'mail 192.0.2.5,shop mail.svc.example.net.',
    },
    close,
  };
});

describe('MCNS', () => {
  let server: McnsServer;
  let settings: McnsSettings;
  let close: () => Promise<void>;
  beforeEach(async () => {
    ({ server, settings, close } = await world());
  });
  afterEach(() => close());

  const web = at('web.svc.example.net');
  const apply = (action: typeof web.create) => mcnsDriver(settings).apply(bareContext(createHost()), action);
  const look = () => mcnsDriver(settings).observe(bareContext(createReadHost()));
  const codes = async () => {
    const both = [look(), apply(at('fault.svc.example.net').create)];
    return Promise.all(
      both.map((work) =>
        work.then(
          () => 'done',
          (error: { code: string }) => error.code,
        ),
      ),
    );
  };

  test('names go relative to the zone, its top as @', async () => {
    await apply(web.create);
    await apply(at('svc.example.net').create);
    expect(server.records().map(({ name, type }) => `${type} ${name}`)).toEqual([
      'TXT _reconcile-a.web',
      'A web',
      'TXT _reconcile-a',
      'A @',
    ]);
  });

  test('half a change is ours without a value, and the next one ends it', async () => {
    server.faults.changesLeft = 1;
    await expect(apply(web.create)).rejects.toMatchObject({ code: 'MCNS_FAILED' });
    delete server.faults.changesLeft;
    const { resources } = await look();
    expect(resources).toMatchObject([{ key: web.key, owner: 'managed', state: { values: [] } }]);
    await apply(web.update({}, []));
    expect((await look()).resources).toMatchObject([{ state: { values: ['192.0.2.10'] } }]);
    server.faults.changesLeft = 1;
    await expect(apply(web.delete())).rejects.toMatchObject({ code: 'MCNS_FAILED' });
    delete server.faults.changesLeft;
    await apply(web.delete([]));
    expect(server.records()).toEqual([]);
  });

  test('quiet looks change nothing; a second value by hand is seen and goes', async () => {
    await apply(web.create);
    const before = server.serial();
    for (let n = 0; n < 100; n++) await look();
    await apply(web.create);
    expect(server.serial()).toBe(before);
    server.place('web', 'A', '192.0.2.66');
    expect((await look()).resources).toMatchObject([{ state: { values: ['192.0.2.10', '192.0.2.66'] } }]);
    await apply(web.update({}, ['192.0.2.10', '192.0.2.66']));
    expect((await look()).resources).toMatchObject([{ state: { values: ['192.0.2.10'] } }]);
  });

  test.each([
    ['it denies us', { status: 403 }, 'MCNS_DENIED'],
    ['it fails', { status: 500 }, 'MCNS_FAILED'],
    ['it answers no JSON', { garbage: '<html>' }, 'MCNS_GARBLED'],
    ['it answers something else', { garbage: '{"records":[{"name":1}]}' }, 'MCNS_GARBLED'],
    ['it is silent', { isSilent: true }, 'HTTP_TIMEOUT'],
  ])('%s: an error, never an empty zone', async (_name, faults, code) => {
    Object.assign(server.faults, faults);
    expect(await codes()).toEqual([code, code]);
  });

  test('a wrong token, one that others can read, a zone it does not have, nobody there', async () => {
    await writeFile(settings.tokenFile, 'wrong');
    expect(await codes()).toEqual(['MCNS_DENIED', 'MCNS_DENIED']);
    await chmod(settings.tokenFile, 0o644);
    expect(await codes()).toEqual(['MCNS_TOKEN', 'MCNS_TOKEN']);
    await writeFile(settings.tokenFile, server.token);
    await chmod(settings.tokenFile, 0o600);
    settings = { ...settings, zone: 'example.org' };
    await expect(look()).rejects.toMatchObject({ code: 'MCNS_NO_ZONE' });
    await server.close();
    await expect(look()).rejects.toMatchObject({ code: 'HTTP_FAILED' });
  });

  test('over TLS only with the authority of ca_file', async () => {
    const tls = await selfSigned(['localhost']);
    const secure = await mcnsServer(place.zone, tls);
    const caFile = `${settings.tokenFile}.ca`;
    await writeFile(caFile, tls.cert);
    try {
      settings = { ...settings, url: secure.url };
      await expect(look()).rejects.toMatchObject({ code: 'HTTP_FAILED' });
      settings = { ...settings, caFile };
      await apply(web.create);
      expect((await look()).resources).toMatchObject([{ key: web.key, owner: 'managed' }]);
    } finally {
      await secure.close();
    }
  });
});
