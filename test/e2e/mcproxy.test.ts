import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetHome } from '@reconcile/testkit/fleet';
import { type McproxyServer, mcproxyServer } from '@reconcile/testkit/mcproxy';
import { buildTestImage, noRealPodman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A node whose proxy is the platform's own, as far as its admin API goes.

const reason = noRealPodman();

describe.skipIf(reason !== undefined)(`MC-Proxy as the proxy of a node ${reason ?? ''}`, () => {
  let home: FleetHome;
  let server: McproxyServer;

  const service = (version: string, more = '') => `name = "web"
image = "${testImage('1')}"
env = { VERSION = "${version}" }
stop_timeout = "1s"
[[routes]]
name = "api"
port = 8443
mode = "l4"
hostname = "api.svc.example.net"
container_port = 8080
[[routes]]
name = "page"
port = 8443
path = "/page"
container_port = 8081
[health]
type = "http"
path = "/healthz"
port = "api"
[update]
deadline = "10s"
min_ready = "300ms"
${more}`;
  const routes = async (): Promise<Record<string, { hostname: string; backend: string }[]>> =>
    JSON.parse(await readFile(join(home.dir, 'mc-proxy.db'), 'utf8'));

  beforeAll(async () => {
    await buildTestImage('1');
    home = await FleetHome.make({ proxy: 'mcproxy', tlsListeners: { 8443: '127.0.0.1:8443' } });
    const { writeFile } = await import('node:fs/promises');
    const socket = join(home.dir, 'mc.sock');
    const text = await readFile(home.config, 'utf8');
    await writeFile(home.config, `${text}[drivers.internal-ca]\n[drivers.mcproxy]\nsocket = "${socket}"\n`, {
      mode: 0o600,
    });
    server = await mcproxyServer({ socket, database: join(home.dir, 'mc-proxy.db'), listeners: ['127.0.0.1:8443'] });
    await home.commit('web', {
      'fleet.toml': 'name = "home"\nzone = "svc.example.net"\n',
      'services/web.toml': service('a'),
    });
  });
  afterAll(async () => {
    await server?.stop();
    await home?.close();
  });

  it('routes follow the container; what its contract has no word for is told', async () => {
    const { unmanaged } = await home.plan();
    expect(unmanaged.map(({ key, why }) => `${key}: ${why}`)).toContain(
      'route/8443/web.svc.example.net/page: mcproxy cannot do path',
    );
    await home.apply(0);
    const before = (await routes())['127.0.0.1:8443'];
    expect(before).toMatchObject([{ hostname: 'api.svc.example.net', mode: 'l4' }]);
    const writes = server.writes.length;
    expect((await home.plan()).exit).toBe(0);
    await home.apply(0);
    expect(server.writes.length).toBe(writes);
    await home.commit('b', { 'services/web.toml': service('b', 'strategy = "stop-first"\n') });
    expect((await home.run('plan')).stdout).toMatch(/away about/);
    await home.apply(0);
    expect((await routes())['127.0.0.1:8443']?.[0]?.backend).not.toBe(before?.[0]?.backend);
  });

  it('away: container work goes on, and its route follows once it is back', async () => {
    await server.stop();
    await home.commit('c', { 'services/web.toml': service('c') });
    const outcome = await home.run('apply', '-y');
    expect(outcome.code).not.toBe(0);
    expect(`${outcome.stdout}${outcome.stderr}`).toContain('MC-Proxy');
    server = await mcproxyServer({
      socket: join(home.dir, 'mc.sock'),
      database: join(home.dir, 'mc-proxy.db'),
      listeners: ['127.0.0.1:8443'],
    });
    await home.apply(0);
    expect((await home.plan()).exit).toBe(0);
  });
});
