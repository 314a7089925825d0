import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect as http2 } from 'node:http2';
import { connect } from 'node:tls';
import { TestAuthority } from '@reconcile/testkit/certs';
import {
  convergeProxy,
  freePorts,
  get,
  type HaproxyWorld,
  haproxyWorld,
  listenerActions,
  routeActions,
  selfSigned,
  startLoad,
  type WebBackend,
  webBackend,
} from '@reconcile/testkit/proxy';
import { afterEach, beforeEach, expect, test } from 'vitest';

// TLS that ends in a real HAProxy: certificates of a CA of our own, shown, renewed and taken back without a reload.

let world: HaproxyWorld;
let ca: TestAuthority;
let port: number;
let backends: WebBackend[];

beforeEach(async () => {
  world = await haproxyWorld();
  ca = new TestAuthority(world.host, { root: world.root, certificatesDir: world.settings.certificatesDir });
  [port = 0] = await freePorts(1);
  backends = [];
});
afterEach(async () => {
  await world.close();
  for (const backend of backends) await backend.kill();
});

async function backend(...given: Parameters<typeof webBackend>): Promise<string> {
  const made = await webBackend(...given);
  backends.push(made);
  return made.target;
}

const listener = () => listenerActions(port, { tls: true });
const secure = (name: string, given: Partial<Parameters<typeof routeActions>[0]> = {}) => {
  const hostname = `${name}.example.net`;
  return routeActions({ listener: port, hostname, mode: 'l7', tls: true, certificate: hostname, ...given });
};

async function reloads(): Promise<number> {
  return Number(/master\s+(\d+)/.exec(await world.askMaster('show proc'))?.[1]);
}

async function leafOf(name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: `${name}.example.net`, rejectUnauthorized: false });
    socket.on('secureConnect', () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

test('a name over TLS: verified by the root alone; X-Forwarded-*; nothing for names without a certificate', async () => {
  await ca.sign('web.example.net');
  const target = await backend('web');
  await world.apply(listener().create, secure('web').create([target]));
  const root = await ca.root();
  const forged = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'http' };
  const answer = await get({ port, host: 'web.example.net', ca: root, headers: forged });
  expect([answer.status, answer.body]).toEqual([200, 'web']);
  expect(JSON.parse(String(answer.headers['x-seen']))).toMatchObject({ client: '127.0.0.1', proto: 'https' });
  await expect(get({ port, host: 'other.example.net', ca: root })).rejects.toThrow(/alert|unrecognized/i);
  expect((await stat(`${world.settings.dir}/web.example.net.pem`)).mode & 0o777).toBe(0o600);
});

test('without a certificate a route is refused, by name, and never served in the clear', async () => {
  const target = await backend('web');
  await world.apply(listener().create);
  await expect(world.apply(secure('web').create([target]))).rejects.toThrow(/HAPROXY_CERTIFICATE/);
  await expect(world.apply(secure('web', { certificate: '' }).create([target]))).rejects.toThrow(
    /HAPROXY_NOT_SUPPORTED/,
  );
  expect([...(await world.observe()).keys()]).toEqual([listener().key]);
  const other = await selfSigned(['other.example.net']);
  await writeFile(`${world.settings.certificatesDir}/x`, '').catch(() => undefined);
  await ca.sign('mail.example.net');
  await writeFile(`${world.settings.certificatesDir}/web.example.net.pem`, other.cert + other.key);
  await expect(world.apply(secure('web').create([target]))).rejects.toThrow(/it is for other.example.net/);
  const mine = await selfSigned(['web.example.net']);
  await writeFile(`${world.settings.certificatesDir}/web.example.net.pem`, mine.cert + other.key);
  await expect(world.apply(secure('web').create([target]))).rejects.toThrow(/belongs to another certificate/);
});

test('more names, and their renewal, without a reload', async () => {
  const target = await backend('web');
  await ca.sign('web.example.net');
  await world.apply(listener().create, secure('web').create([target]));
  const before = await reloads();
  await ca.sign('api.example.net', 'mail.example.net');
  await world.applyTogether(secure('api').create([target]), secure('mail').create([target]));
  const root = await ca.root();
  for (const host of ['web', 'api', 'mail'])
    expect((await get({ port, host: `${host}.example.net`, ca: root })).status).toBe(200);
  const old = await leafOf('web');
  await ca.sign('web.example.net');
  expect((await world.observe()).get(secure('web').key)?.state).toMatchObject({
    staleCertificate: true,
    drifted: false,
  });
  expect(await leafOf('web')).toBe(old);
  await world.apply(secure('web').update([target]));
  expect(await leafOf('web')).not.toBe(old);
  await world.apply(secure('api').delete);
  await expect(get({ port, host: 'api.example.net', ca: root })).rejects.toThrow();
  expect(await world.ask('show ssl cert')).not.toContain('api.');
  await expect(readFile(`${world.settings.dir}/api.example.net.pem`)).rejects.toThrow(/ENOENT/);
  expect(await reloads()).toBe(before);
});

test('passthrough and ended TLS on one port, both with the address of the client', async () => {
  await ca.sign('web.example.net');
  const own = await selfSigned(['pass.example.net']);
  const [web, pass] = await Promise.all([backend('web'), backend('pass', { tls: own })]);
  const through = routeActions({ listener: port, hostname: 'pass.example.net', tls: true });
  await world.apply(listener().create);
  await world.applyTogether(secure('web').create([web]), through.create([pass]));
  const [ended, passed] = await Promise.all([
    get({ port, host: 'web.example.net', ca: await ca.root() }),
    get({ port, host: 'pass.example.net', ca: own.cert }),
  ]);
  expect([ended.body, passed.body]).toEqual(['web', 'pass']);
});

test('h2 where the client can', async () => {
  await ca.sign('web.example.net');
  await world.apply(listener().create, secure('web').create([await backend('web')]));
  const session = http2(`https://web.example.net:${port}`, {
    ca: await ca.root(),
    servername: 'web.example.net',
    host: '127.0.0.1',
  } as never);
  try {
    const status = await new Promise((resolve, reject) => {
      session.on('error', reject);
      const request = session.request({ ':path': '/', ':authority': 'web.example.net' });
      request.on('response', (headers) => resolve(headers[':status']));
      request.on('error', reject);
      request.end();
    });
    expect(status).toBe(200);
    expect(session.alpnProtocol).toBe('h2');
  } finally {
    session.destroy();
  }
});

test('edits behind our back: the file, the memory, the list; each found, laid at its route, put back', async () => {
  const target = await backend('web');
  await ca.sign('web.example.net', 'api.example.net');
  const [web, api] = [secure('web'), secure('api')];
  await world.apply(listener().create);
  await world.applyTogether(web.create([target]), api.create([target]));
  const shown = await leafOf('web');
  const wanted = {
    listeners: [listener()],
    routes: [web, api].map((route) => ({ route, targets: [target] })),
  };
  const other = await selfSigned(['web.example.net']);
  const file = `${world.settings.dir}/web.example.net.pem`;
  const pem = (other.cert + other.key).replace(/\n+/g, '\n');
  const edits: Record<string, () => Promise<unknown>> = {
    'deleted copy': () => rm(file),
    'replaced copy': () => writeFile(file, pem),
    'another key in the copy': async () => {
      const mine = await readFile(file, 'utf8');
      await writeFile(file, mine.replace(/-----BEGIN PRIVATE KEY[\s\S]*/, other.key));
    },
    'replaced in memory': async () => {
      await world.ask(`set ssl cert web.example.net.pem <<\n${pem}`);
      await world.ask('commit ssl cert web.example.net.pem');
    },
    'left half-way': () => world.ask(`set ssl cert web.example.net.pem <<\n${pem}`),
    'taken off the list': () => world.ask('del ssl crt-list crt-%.list web.example.net.pem'.replace('%', String(port))),
    'list file emptied': () => writeFile(`${world.settings.dir}/crt-${port}.list`, ''),
    'another name': () => world.ask('new ssl cert evil.example.net.pem'),
  };
  for (const [name, edit] of Object.entries(edits)) {
    await edit();
    const done = await convergeProxy(world, wanted);
    if (name !== 'left half-way') expect(done.length, name).toBeGreaterThan(0);
    if (name !== 'list file emptied') expect(done, name).not.toContain(`${api.key}#update`);
    expect(await leafOf('web'), name).toBe(shown);
    expect(await convergeProxy(world, wanted), `${name}, again`).toEqual([]);
  }
  expect(await world.ask('show ssl cert')).not.toContain('evil');
  expect((await readFile(file, 'utf8')).startsWith('-----BEGIN CERTIFICATE')).toBe(true);
});

test("a write leaves another's edited certificate to the next look; a reload brings back what it would need", async () => {
  const target = await backend('web');
  await ca.sign('web.example.net', 'api.example.net', 'mail.example.net');
  const [web, api, mail] = [secure('web'), secure('api'), secure('mail')];
  await world.apply(listener().create, web.create([target]));
  const [shown, before] = [await leafOf('web'), await reloads()];
  const other = await selfSigned(['web.example.net']);
  const pem = (other.cert + other.key).replace(/\n+/g, '\n');
  await world.ask(`set ssl cert web.example.net.pem <<\n${pem}`);
  await world.ask('commit ssl cert web.example.net.pem');
  await world.apply(api.create([target]));
  expect(await leafOf('web')).not.toBe(shown);
  expect((await world.observe()).get(web.key)?.state).toMatchObject({ drifted: true });
  await world.apply(web.update([target]));
  expect(await leafOf('web')).toBe(shown);
  expect(await reloads()).toBe(before);
  const copy = `${world.settings.dir}/web.example.net.pem`;
  await rm(copy);
  // A shape of its own: only a reload brings it in, and that reads every copy.
  await world.apply(secure('mail', { rateLimit: 1000 }).create([target]));
  expect(await reloads()).toBe(before + 1);
  expect((await readFile(copy, 'utf8')).startsWith('-----BEGIN CERTIFICATE')).toBe(true);
  for (const name of ['web', 'api', 'mail']) expect(await leafOf(name), name).not.toBe('');
  expect((await world.observe()).get(mail.key)?.state).toMatchObject({ drifted: false });
});

test('a lost record is read back from memory, certificates and all', async () => {
  const target = await backend('web');
  await ca.sign('web.example.net');
  await world.apply(listener().create, secure('web').create([target]));
  const shown = await leafOf('web');
  await rm(world.settings.manifestFile);
  expect((await world.observe()).get(secure('web').key)?.state).toMatchObject({ drifted: true, targets: [target] });
  const load = startLoad(
    [{ port, host: 'web.example.net', ca: await ca.root(), isRight: (body) => body === 'web' }],
    100,
  );
  await convergeProxy(world, { listeners: [listener()], routes: [{ route: secure('web'), targets: [target] }] });
  expect((await load.stop()).failures).toEqual([]);
  expect(await leafOf('web')).toBe(shown);
});

test('nothing fails while routes come and go, certificates are renewed and the proxy reloads', async () => {
  const target = await backend('web');
  await ca.sign('web.example.net');
  await world.apply(listener().create, secure('web').create([target]));
  const root = await ca.root();
  const load = startLoad([{ port, host: 'web.example.net', ca: root, isRight: (body) => body === 'web' }], 60);
  for (let turn = 0; turn < 6; turn++) {
    await ca.sign('web.example.net', `n${turn}.example.net`);
    await world.applyTogether(secure('web').update([target]), secure(`n${turn}`).create([target]));
    // A shape of its own: only a reload brings it in.
    await world.apply(secure('limited', { certificate: 'web.example.net', rateLimit: 1000 + turn }).create([target]));
  }
  const { failures, total } = await load.stop();
  expect(await reloads()).toBeGreaterThan(3);
  expect(total).toBeGreaterThan(10);
  expect(failures).toEqual([]);
});

test('a zone goes over to one wildcard and back: nobody fails, nobody else is shown it, nothing is left over', async () => {
  const target = await backend('web');
  const names = ['web', 'api', 'www'];
  const own = names.map((name) => secure(name).create([target]));
  const shared = [...names, ''].map((name) => {
    const hostname = `${name}${name === '' ? '' : '.'}example.net`;
    return routeActions({
      ...{ listener: port, hostname, mode: 'l7', tls: true },
      ...{ certificate: hostname, wildcard: '*.example.net' },
    });
  });
  await ca.sign(...names.map((name) => `${name}.example.net`));
  await world.apply(listener().create);
  await world.applyTogether(...own);
  const root = await ca.root();
  const load = startLoad(
    names.map((name) => ({ port, host: `${name}.example.net`, ca: root, isRight: (body) => body === 'web' })),
    60,
  );
  const [before, reloaded] = [await leafOf('web'), await reloads()];
  // It is not for the domain yet: the route that asks for that is refused alone.
  await ca.sign('*.example.net');
  await world.applyTogether(...shared.slice(0, 3).map((route) => route.update([target])));
  await expect(world.apply(shared[3]!.create([target]))).rejects.toThrow(/HAPROXY_CERTIFICATE|is for \*\.example\.net/);
  await ca.sign({ hostname: '*.example.net', withApex: true });
  // A newer one lies in the store: all who show it are told.
  for (const route of shared.slice(0, 3))
    expect((await world.observe()).get(route.key)?.state).toMatchObject({ staleCertificate: true });
  await world.applyTogether(...shared.slice(0, 3).map((route) => route.update([target])), shared[3]!.create([target]));
  const one = await leafOf('web');
  expect(one).not.toBe(before);
  expect(await leafOf('api')).toBe(one);
  expect((await get({ port, host: 'example.net', ca: root })).body).toBe('web');
  // The list has each name that was asked for, so nobody else meets it.
  await expect(get({ port, host: 'other.example.net', ca: root })).rejects.toThrow();
  expect((await filesOf()).sort()).toEqual(['_wildcard.example.net.pem']);
  for (const [, { state }] of await world.observe()) expect(state).not.toMatchObject({ drifted: true });

  expect(await reloads()).toBe(reloaded);

  await rm(world.settings.manifestFile);
  const readBack = (await world.observe()).get(shared[0]!.key)?.spec;
  expect(readBack).toMatchObject({ certificate: 'web.example.net', wildcard: '*.example.net' });
  await convergeProxy(world, {
    listeners: [listener()],
    routes: shared.map((route) => ({ route, targets: [target] })),
  });
  const again = await reloads();

  await world.applyTogether(...names.map((name) => secure(name).update([target])), shared[3]!.delete);
  expect(await leafOf('web')).toBe(before);
  expect((await filesOf()).sort()).toEqual(names.map((name) => `${name}.example.net.pem`).sort());
  expect(await world.ask('show ssl cert')).not.toContain('_wildcard');
  const { failures, total } = await load.stop();
  expect(total).toBeGreaterThan(10);
  expect(failures).toEqual([]);
  expect(await reloads()).toBe(again);
});

async function filesOf(): Promise<string[]> {
  return (await readdir(world.settings.dir)).filter((name) => name.endsWith('.pem'));
}
