import { mkdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { buildPlatformImages, FleetHome, freePort, platformFiles, platformTable } from '@reconcile/testkit/fleet';
import { noRealPodman } from '@reconcile/testkit/podman';
import { get } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// examples/platform with its overlay: the node's own HAProxy serves what mc-proxy did. 443 speaks plain HTTP here.

const reason = noRealPodman();
const zone = 'svc.mcp.metacircular.net';

/** The first bytes a TLS client sends when it asks for a name. */
async function clientHello(name: string): Promise<Buffer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const hello = new Promise<Buffer>((resolve) => {
    server.once('connection', (socket) => socket.once('data', (bytes) => resolve(bytes) ?? socket.destroy()));
  });
  const client = connectTls({ host: '127.0.0.1', port, servername: name }).on('error', () => undefined);
  const bytes = await hello;
  client.destroy();
  server.close();
  return bytes;
}

/** What comes back from behind an L4 listener: the stand-ins know no TLS and say so in plain HTTP. */
async function passThrough(port: number, name: string): Promise<string> {
  const hello = await clientHello(name);
  return new Promise((resolve) => {
    let said = '';
    const socket = connect({ host: '127.0.0.1', port, timeout: 10_000 }, () => {
      socket.write(Buffer.concat([hello, Buffer.from('\r\n\r\n')]));
    });
    socket.on('data', (bytes) => {
      said += bytes.toString('latin1');
    });
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => undefined).on('close', () => resolve(said));
  });
}

describe.skipIf(reason !== undefined)(`the platform behind our HAProxy ${reason ?? ''}`, () => {
  let home: FleetHome;
  let ports: { readonly plain: number; readonly rest: number; readonly grpc: number };

  beforeAll(async () => {
    await buildPlatformImages();
    ports = { plain: await freePort(), rest: await freePort(), grpc: await freePort() };
    home = await FleetHome.make({
      listeners: { 443: `127.0.0.1:${ports.plain}` },
      tlsListeners: { 8443: `127.0.0.1:${ports.rest}`, 9443: `127.0.0.1:${ports.grpc}` },
      mounts: ['/'],
      flags: ['host-network'],
    });
    for (const { volume } of Object.values(platformTable)) await mkdir(join(home.dir, volume), { recursive: true });
    await home.commit('the platform, our proxy', await platformFiles(join(home.dir, 'srv'), 'overlay-haproxy'));
  });
  afterAll(() => home?.close());

  it('converges: mc-proxy stays switched off, everything else runs', async () => {
    await home.apply(0);
    expect(await home.container('mc-proxy/mc-proxy')).toBeUndefined();
    for (const slot of Object.keys(platformTable))
      if (slot !== 'mc-proxy/mc-proxy') expect(await home.container(slot), slot).toBeDefined();
  });

  it.each([
    [`mcr.${zone}`, 'mcr'],
    [`mcat.${zone}`, 'mcat'],
    // Public ones under their public names, which the edge keeps.
    ['metacrypt.metacircular.net', 'metacrypt'],
    ['docs.metacircular.net', 'mcdoc'],
    ['kls.metacircular.net', 'kls'],
    ['mcq.metacircular.net', 'mcq'],
  ])('L7: %s answers by its name', async (host, service) => {
    const answer = await get({ port: ports.plain, host, timeoutMs: 10_000 });
    expect(answer.status).toBe(200);
    expect(answer.body).toContain(`/srv/${service}/`);
  });

  it('L7: a name that nobody has is nobody’s', async () => {
    expect((await get({ port: ports.plain, host: `nobody.${zone}` })).status).toBe(404);
  });

  it('L4: passed through by SNI, TLS untouched; a name that nobody has gets an alert', async () => {
    for (const [port, name] of [
      [ports.rest, 'mcr'],
      [ports.rest, 'metacrypt'],
      [ports.grpc, 'mcr'],
      [ports.grpc, 'metacrypt'],
      [ports.grpc, 'sgard'],
    ] as const)
      expect(await passThrough(port, `${name}.${zone}`), name).toMatch(/^HTTP\/1\.[01] [45]\d\d /);
    // A TLS alert, unrecognized_name (RFC 6066 section 3).
    expect(await passThrough(ports.rest, `nobody.${zone}`)).toBe('\u0015\u0003\u0003\u0000\u0002\u0002\u0070');
  });

  it('each route leads where the table says', async () => {
    const { stdout } = await home.run('status', 'mcr', '--json');
    const { routes } = JSON.parse(stdout) as { routes: { url: string; to: string[]; isWell: boolean }[] };
    expect(routes.filter(({ isWell }) => !isWell)).toEqual([]);
    expect(Object.fromEntries(routes.map(({ to, url }) => [url, to]))).toMatchObject({
      [`tcp://mcr.${zone}:8443`]: ['127.0.0.1:28443'],
      [`tcp://mcr.${zone}:9443`]: ['127.0.0.1:29443'],
    });
  });

  it('then there is nothing to do', async () => {
    const plan = await home.plan();
    expect(plan.actions).toEqual([]);
    expect(plan.exit).toBe(0);
    const before = await home.stateStamp();
    await home.apply(0);
    expect(await home.stateStamp()).toBe(before);
  });
});
