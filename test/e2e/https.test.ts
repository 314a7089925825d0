import { execFile } from 'node:child_process';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, testImage } from '@reconcile/testkit/podman';
import { get, startLoad } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// One commit to HTTPS by name: container up, certificate by the node's own CA, route live; believed by the root alone.

const reason = noRealPodman();
const run = promisify(execFile);

describe.skipIf(reason !== undefined)(`HTTPS ${reason ?? ''}`, () => {
  let home: FleetHome;
  let port: number;
  let plain: number;
  let root: string;

  const service = (version: string, more = '') => `name = "web"
image = "${testImage('1')}"
env = { VERSION = "${version}" }
stop_timeout = "1s"
[[routes]]
${more}
[health]
type = "http"
path = "/healthz"
[update]
deadline = "10s"
min_ready = "300ms"
drain = "2s"
`;
  const pem = () => join(home.state, 'certificates', 'web.svc.example.net.pem');
  const https = (host = 'web.svc.example.net') => get({ port, host, ca: root, timeoutMs: 10_000 });

  beforeAll(async () => {
    await buildTestImage('1');
    [port, plain] = [await freePort(), await freePort()];
    home = await FleetHome.make({
      listeners: { 80: `127.0.0.1:${plain}` },
      tlsListeners: { 443: `127.0.0.1:${port}` },
      more: '[drivers.internal-ca]\n',
    });
    await home.commit('web', {
      'fleet.toml': 'name = "home"\nzone = "svc.example.net"\n',
      'services/web.toml': service('a'),
    });
  });
  afterAll(() => home?.close());

  it('the plan says what comes after what; the apply does it', async () => {
    const { actions } = await home.plan();
    const order = actions.map(({ id }) => id.replace(/-[0-9a-f]{8}/, ''));
    const at = (id: string) => order.indexOf(id);
    const route = actions.find(({ id }) => id === 'route/443/web.svc.example.net#create');
    expect(route?.needs).toContain('certificate/web.svc.example.net#create');
    expect(at('container/web#await')).toBeLessThan(at('route/443/web.svc.example.net#create'));
    expect(JSON.stringify(actions)).not.toContain('PRIVATE KEY');
    await home.apply(0);
    expect((await home.plan()).exit).toBe(0);
  });

  it('answers by name, verified with the root that `cert root` prints', async () => {
    const { code, stdout } = await home.run('cert', 'root');
    expect(code).toBe(0);
    root = stdout;
    expect((await https()).body.trim()).toBe('a');
    await writeFile(join(home.dir, 'root.pem'), root);
    const curl = await run('curl', [
      ...['-sS', '--fail', '--max-time', '10', '--cacert', join(home.dir, 'root.pem')],
      ...['--resolve', `web.svc.example.net:${port}:127.0.0.1`, '-w', ' %{http_version}'],
      `https://web.svc.example.net:${port}/`,
    ]);
    expect(curl.stdout.replace(/\s+/g, ' ').trim()).toBe('a 2');
    await expect(https('other.svc.example.net')).rejects.toThrow();
    const sent = await get({ port: plain, host: 'web.svc.example.net' });
    expect([sent.status, sent.headers.location]).toEqual([308, 'https://web.svc.example.net/']);
  });

  it('keys are for this user alone, and in nothing that is kept or told', async () => {
    const key = (await readFile(pem(), 'utf8')).split('PRIVATE KEY-----')[1]?.slice(10, 60) ?? '';
    expect(key.length).toBe(50);
    for (const path of [pem(), join(home.state, 'internal-ca', 'root-1.pem')])
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    const registry = await readFile(join(home.state, 'registry.db'), 'latin1');
    const wal = await readFile(join(home.state, 'registry.db-wal'), 'latin1').catch(() => '');
    expect(`${registry}${wal}`).not.toContain(key);
    const { stdout } = await home.run('events', '-n', 'all', '-o', 'json');
    expect(stdout).not.toContain(key);
  });

  it('redeployed under load over HTTPS: no request fails', async () => {
    const answers = new Set<string>();
    const isRight = (body: string) => answers.add(body.trim()) !== undefined;
    const load = startLoad([{ port, host: 'web.svc.example.net', ca: root, isRight }], 40);
    await home.commit('b', { 'services/web.toml': service('b') });
    await home.apply(0);
    const { failures, total } = await load.stop();
    expect(failures).toEqual([]);
    expect(total).toBeGreaterThan(10);
    expect([...answers].sort()).toEqual(['a', 'b']);
  });

  it('a certificate deleted or changed behind our back is made again; then nothing is written', async () => {
    const edits: (() => Promise<unknown>)[] = [
      () => rm(pem()),
      () => writeFile(pem(), 'garbage', { mode: 0o600 }),
      () => rm(join(home.state, 'haproxy', 'web.svc.example.net.pem')),
    ];
    for (const edit of edits) {
      await edit();
      expect((await https()).status).toBe(200);
      expect((await home.plan()).exit).toBe(2);
      await home.apply(0);
      expect((await https()).status).toBe(200);
      expect((await home.plan()).exit).toBe(0);
    }
    const quiet = async () => {
      await home.apply(0);
      const names = (await home.stateStamp()).split('\n');
      return names.filter((name) => /^(certificates|internal-ca|haproxy)/.test(name)).join('\n');
    };
    const before = await quiet();
    for (let pass = 0; pass < 3; pass++) expect(await quiet()).toBe(before);
  });

  it('undeployed, it leaves no route, no certificate, no port', async () => {
    await home.commit('gone', {
      'services/web.toml': undefined,
      'services/other.toml': service('c').replace('"web"', '"other"'),
    });
    const plan = await home.plan();
    await home.apply(0, ...plan.held.flatMap((hold) => ['--confirm', hold.id]));
    await expect(https()).rejects.toThrow();
    await expect(stat(pem())).rejects.toThrow(/ENOENT/);
    await expect(stat(join(home.state, 'haproxy', 'web.svc.example.net.pem'))).rejects.toThrow(/ENOENT/);
    expect((await https('other.svc.example.net')).body.trim()).toBe('c');
  });
});
