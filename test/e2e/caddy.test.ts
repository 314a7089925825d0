import { type CaddyWorld, caddyWorld, findCaddy, handMade } from '@reconcile/testkit/caddy';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, testImage } from '@reconcile/testkit/podman';
import { get } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A node whose proxy is a Caddy that somebody else runs, with a server that he made by hand.

const reason = noRealPodman() ?? (findCaddy() === undefined ? 'skipped: there is no Caddy on this machine' : undefined);

describe.skipIf(reason !== undefined)(`Caddy as the proxy of a node ${reason ?? ''}`, () => {
  let home: FleetHome;
  let caddy: CaddyWorld;
  let port: number;
  let plain: number;
  let mine: number;
  let root: string;

  const name = 'web.svc.example.net';
  const service = (version: string, more = '') => `name = "web"
image = "${testImage('1')}"
env = { VERSION = "${version}" }
stop_timeout = "1s"
[[routes]]
name = "page"
container_port = 8080
[[routes]]
name = "mail"
port = 8443
mode = "l4"
hostname = "mail.svc.example.net"
container_port = 8081
[health]
type = "http"
path = "/healthz"
port = "page"
[update]
deadline = "10s"
min_ready = "300ms"
drain = "2s"
${more}`;
  const https = () => get({ port, host: name, ca: root, timeoutMs: 10_000 });

  beforeAll(async () => {
    await buildTestImage('1');
    [port, plain, mine] = [await freePort(), await freePort(), await freePort()];
    caddy = await caddyWorld({ apps: handMade(mine) });
    home = await FleetHome.make({
      proxy: 'caddy',
      listeners: { 80: `127.0.0.1:${plain}` },
      tlsListeners: { 443: `127.0.0.1:${port}` },
      more: `[drivers.internal-ca]\n[drivers.caddy]\nadmin = "${caddy.settings.admin}"\n`,
    });
    await home.commit('web', {
      'fleet.toml': 'name = "home"\nzone = "svc.example.net"\n',
      'services/web.toml': service('a'),
    });
  });
  afterAll(async () => {
    await home?.close();
    await caddy?.close();
  });

  it('one commit to HTTPS by name; what it cannot do is told, and nothing else is', async () => {
    const { unmanaged } = await home.plan();
    expect(unmanaged.map(({ key, why }) => `${key}: ${why}`)).toContain(
      'route/8443/mail.svc.example.net: caddy cannot do mode l4: it sees requests, not connections',
    );
    await home.apply(0);
    root = (await home.run('cert', 'root')).stdout;
    expect((await https()).body.trim()).toBe('a');
    const sent = await get({ port: plain, host: name, path: '/x' });
    expect([sent.status, sent.headers.location]).toEqual([308, `https://${name}/x`]);
    expect((await get({ port: mine, host: 'mine.example.net' })).body).toBe('mine');
    expect((await home.plan()).exit).toBe(0);
  });

  it('start-first moves the route; stop-first is away, and the plan says so', async () => {
    await home.commit('b', { 'services/web.toml': service('b') });
    await home.apply(0);
    expect((await https()).body.trim()).toBe('b');
    await home.commit('c', { 'services/web.toml': service('c', 'strategy = "stop-first"\n') });
    const { actions, changes } = await home.plan();
    expect(actions.map(({ verb }) => verb)).not.toContain('park');
    expect(changes.find(({ slot }) => slot === 'web/web')).toMatchObject({ type: 'replace', parked: false });
    expect((await home.run('plan')).stdout).toMatch(/away about/);
    await home.apply(0);
    expect((await https()).body.trim()).toBe('c');
  });

  it('an edit behind our back, and a Caddy that began anew, are put right; then nothing is written', async () => {
    const server = 'config/apps/http/servers/reconcile-443';
    await caddy.admin('PATCH', `${server}/routes/0/handle/1/upstreams`, [{ dial: '127.0.0.1:1' }]);
    expect((await home.plan()).exit).toBe(2);
    await home.apply(0);
    expect((await https()).body.trim()).toBe('c');
    await caddy.kill();
    expect((await home.plan()).exit).not.toBe(0);
    await caddy.start();
    await home.apply(0);
    expect((await https()).body.trim()).toBe('c');
    const before = JSON.stringify((await caddy.admin('GET', 'config/')).body);
    await home.apply(0);
    expect(JSON.stringify((await caddy.admin('GET', 'config/')).body)).toBe(before);
  });

  it('undeployed, nothing of ours is left in it', async () => {
    await home.commit('gone', {
      'services/web.toml': undefined,
      'services/other.toml': `name = "other"\nimage = "${testImage('1')}"\nstop_timeout = "1s"\n`,
    });
    const { held } = await home.plan();
    await home.apply(0, ...held.flatMap((hold) => ['--confirm', hold.id]));
    expect((await caddy.admin('GET', 'config/apps')).body).toEqual(handMade(mine));
  });
});
