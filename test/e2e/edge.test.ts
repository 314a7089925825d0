import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, testImage } from '@reconcile/testkit/podman';
import { selfSigned } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askAs, EdgeNode, passThrough, proxyOf } from './edge.fixture.ts';

// One fleet repository, two nodes, no master: a worker with podman, an edge with HAProxy alone. Both on 127.0.0.1, since an
// ordinary user cannot put rootless podman into a network namespace with a veth; so the link is cut by silencing the worker.

const reason = noRealPodman();
const seen = '#!/bin/sh\\necho\\necho $HTTP_HOST $HTTP_X_FORWARDED_FOR $VERSION\\n';
const program = `/bin/busybox mkdir -p /tmp/www/cgi-bin; printf '${seen}' >/tmp/www/cgi-bin/seen; /bin/busybox chmod 755 /tmp/www/cgi-bin/seen; exec httpd -f -p $PORT -h /tmp/www`;
const passed = `printf '#!/bin/sh\\necho passed\\n' >/tmp/answer; /bin/busybox chmod 755 /tmp/answer; exec nc -ll -p $PORT -e /tmp/answer`;

function service(name: string, command: string, route: string): string {
  return `name = "${name}"
node = "rift"
image = "${testImage('1')}"
cmd = ["/bin/sh", "-c", ${JSON.stringify(command)}]
env = { VERSION = "${name}" }
stop_timeout = "1s"
[[routes]]
public = true
${route}
[update]
deadline = "20s"
min_ready = "300ms"
drain = "1s"
hold_requests = false
`;
}

describe.skipIf(reason !== undefined)(`an edge ${reason ?? ''}`, () => {
  let home: FleetHome;
  let edge: EdgeNode;
  let ports: { worker: number; edge: number };
  let roots: { worker: string; edge: string };

  const world = () => askAs({ port: ports.edge, host: 'web.example.com', ca: roots.edge, from: '127.0.0.9' });
  const codes = async () => (await edge.plan()).waiting.map(({ on }) => on);

  beforeAll(async () => {
    await buildTestImage('1');
    ports = { worker: await freePort(), edge: await freePort() };
    home = await FleetHome.make({
      tlsListeners: { 443: `127.0.0.1:${ports.worker}` },
      more: '[drivers.internal-ca]\n',
    });
    edge = await EdgeNode.make(home.fleet, `127.0.0.1:${ports.edge}`);
    await home.commit('public services', {
      'fleet.toml': `name = "home"
zone = "svc.example.net"
[[zones]]
zone = "example.com"
driver = "none"
issuer = "internal-ca"
[nodes.rift]
address = "127.0.0.1"
listen = { 443 = ${ports.worker} }
[nodes.svc]
role = "edge"
address = "127.0.0.1"
`,
      'services/web.toml': service('web', program, 'hostname = "web.example.com"'),
      'services/mail.toml': service('mail', passed, 'hostname = "mail.example.com"\nmode = "l4"'),
      'services/far.toml': service('far', program, 'hostname = "far.example.edu"'),
    });
  });
  afterAll(async () => {
    await edge?.close();
    await home?.close();
  });

  it('waits for the root of the worker, and says which command gives it; the rest goes on, without podman', async () => {
    const plan = await edge.plan();
    expect(plan.waiting.map(({ on }) => on).sort()).toEqual(['NoZone', 'RootMissing']);
    expect(plan.waiting.map(({ message }) => message).join()).toContain('on rift run: reconcile cert root');
    expect(plan.changes.map(({ key }) => key)).toEqual(['listener/443', 'route/443/mail.example.com']);
    const said = [await edge.apply(3), await edge.run('status'), await edge.run('ps')];
    for (const { stderr, stdout } of said) {
      expect(stdout).toContain('reconcile cert root');
      expect(`${stdout}${stderr}`).not.toMatch(/podman/i);
    }
    const [, , ps] = said;
    expect(ps?.stdout.match(/^ *web\b/gm), ps?.stdout).toHaveLength(1);
    for (const words of [['explain', 'web'], ['status', 'web'], ['status'], ['ps']]) {
      const { stdout } = await edge.run(...words);
      expect(stdout, words.join(' ')).not.toMatch(/policy|refused/);
    }
    expect((await edge.run('explain', 'web')).stdout).toMatch(
      /next: +on rift run: reconcile cert root, and commit its output as ca\/rift\.pem/,
    );
  });

  it('serves the public name from the worker, which learns the client’s address', async () => {
    await home.apply(0);
    roots = { worker: (await home.run('cert', 'root')).stdout, edge: '' };
    await home.commit('the root of rift', { 'ca/rift.pem': roots.worker, 'services/far.toml': undefined });
    await home.apply(0, ...(await home.plan()).held.flatMap(({ id }) => ['--confirm', id]));
    await edge.apply(0);
    roots = { ...roots, edge: (await edge.run('cert', 'root')).stdout };
    expect(await world()).toEqual({ status: 200, body: 'web.example.com 127.0.0.9 web' });
    expect(await passThrough(ports.edge, 'mail.example.com')).toBe('passed');
    expect((await edge.plan()).exit).toBe(0);
  });

  it('internal names are the worker’s alone, public ones the edge’s', async () => {
    expect(await edge.files('certificates')).toEqual(['web.example.com.pem']);
    const inside = { port: ports.worker, host: 'web.svc.example.net', ca: roots.worker, from: '127.0.0.9' };
    expect((await askAs(inside)).body).toBe('web.svc.example.net 127.0.0.9 web');
    await expect(askAs({ ...inside, port: ports.edge })).rejects.toThrow();
    await expect(askAs({ ...inside, host: 'web.example.com' })).rejects.toThrow();
  });

  it('keeps its routes while the worker is silent, and needs nobody when it speaks again', async () => {
    const cut = await proxyOf(home.state);
    expect(cut.length).toBeGreaterThan(1);
    for (const pid of cut) process.kill(pid, 'SIGSTOP');
    try {
      expect((await edge.plan()).exit).toBe(0);
      await edge.apply(0);
    } finally {
      for (const pid of cut.reverse()) process.kill(pid, 'SIGCONT');
    }
    expect((await world()).status).toBe(200);
    expect((await edge.plan()).exit).toBe(0);
  });

  it('does not change to a root that is not the worker’s; what serves is left alone', async () => {
    await home.commit('somebody else’s root', { 'ca/rift.pem': (await selfSigned(['rift.example.net'])).cert });
    const { exit, waiting } = await edge.plan();
    expect([exit, waiting.map(({ on }) => on)]).toEqual([3, ['RootDiffers']]);
    expect(waiting[0]?.message).toContain('reconcile cert root');
    await edge.apply(3);
    expect((await world()).status).toBe(200);
    await home.commit('back', { 'ca/rift.pem': roots.worker });
    expect(await codes()).toEqual([]);
    await edge.apply(0);
    expect((await edge.files('ca')).length).toBe(1);
  });

  it('is left with nothing when the services go', async () => {
    await home.commit('gone', { 'services/web.toml': undefined, 'services/mail.toml': undefined });
    await edge.apply(0);
    for (const part of ['certificates', 'ca', 'haproxy']) expect(await edge.files(part), part).toEqual([]);
    await expect(world()).rejects.toThrow(/ECONNREFUSED/);
  });
});
