import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { get } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A service goes over all four planes; killed at any boundary of that, the next pass finishes it and nothing of it is left.

const reason = noRealPodman();

/** Everything of a removal, in its order: before, between effect and record, after. */
const boundaries = [
  'before:kill:record/A/web',
  'after:kill:record/A/web',
  'recorded:kill:record/A/web',
  'after:kill:route/443/web',
  'recorded:kill:route/443/web',
  'after:kill:certificate/web',
  'after:kill:container/web',
  'recorded:kill:container/web:2',
  'after:kill:container/web:3',
  'before:kill:port-lease/web',
  'after:kill:port-lease/web',
];

describe.skipIf(reason !== undefined)(`undeploy ${reason ?? ''}`, () => {
  let home: FleetHome;
  let hosts: string;
  let port: number;
  let root: string;

  const service = (name: string) => `name = "${name}"
[[components]]
name = "main"
image = "${testImage('1')}"
stop_timeout = "1s"
files = [{ source = "app.ini", target = "/etc/app.ini", mode = "0644" }]
[[components.routes]]
[components.update]
min_ready = "100ms"
drain = "1s"
`;
  const files = (name: string) => ({
    [`services/${name}.toml`]: service(name),
    [`services/${name}/app.ini`]: `# ${name}\n`,
  });
  const without = (name: string) => ({
    [`services/${name}.toml`]: undefined,
    [`services/${name}/app.ini`]: undefined,
  });
  const ask = (name: string) => get({ port, host: `${name}.example.net`, ca: root, timeoutMs: 10_000 });

  /** Whatever bears the name on this machine, but for memory: the registry, and its last words for `logs --previous`. */
  const traces = async (name: string) => {
    const { stdout } = await podman(['ps', '-a', '--format', '{{.Names}}']);
    const below = await readdir(home.state, { recursive: true });
    const config = await readFile(join(home.state, 'haproxy', 'haproxy.cfg'), 'utf8');
    return [
      ...stdout.split('\n').filter((one) => one.includes(name)),
      ...below.filter((path) => path.includes(name) && !path.startsWith('logs/')),
      ...(await readdir(hosts)).filter((path) => path.includes(name)),
      ...(config.includes(`${name}.example.net`) ? ['haproxy.cfg'] : []),
    ];
  };
  const lists = async () => {
    const [routes, certificates, names] = await Promise.all(
      ['route', 'cert', 'dns'].map((word) => home.run(word, 'list', '-o', 'json')),
    );
    return `${routes?.stdout}${certificates?.stdout}${names?.stdout}`;
  };

  beforeAll(async () => {
    await buildTestImage('1');
    port = await freePort();
    hosts = await mkdtemp(join(tmpdir(), 'hosts-'));
    home = await FleetHome.make({
      tlsListeners: { 443: `127.0.0.1:${port}` },
      more: `[drivers.internal-ca]\n[drivers.hosts]\ndir = "${hosts}"\n`,
    });
    await home.commit('two services', {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n[[zones]]\nzone = "example.net"\ndriver = "hosts"\n',
      ...files('web'),
      ...files('stays'),
    });
    await home.apply(0);
    root = (await home.run('cert', 'root')).stdout;
  });
  afterAll(async () => {
    await home?.close();
    if (hosts !== undefined) await rm(hosts, { recursive: true, force: true });
  });

  it('names go first, then routes, then containers; nothing is left', async () => {
    expect((await ask('web')).status).toBe(200);
    expect((await traces('web')).length).toBeGreaterThan(3);
    const before = await lists();
    expect(before).toContain('web.example.net');
    await home.commit('web goes\n\nReconcile-Allow: remove web', without('web'));
    const { actions } = await home.plan();
    const needs = (id: string) => actions.find((action) => action.id.startsWith(id))?.needs.join() ?? '';
    expect(needs('route/443/web.example.net#delete')).toContain('record/A/web.example.net#delete');
    expect(needs('certificate/web.example.net#delete')).toContain('route/443/web.example.net#delete');
    await home.apply(0);
    expect(await traces('web')).toEqual([]);
    expect(await lists()).not.toContain('web.example.net');
    await expect(ask('web')).rejects.toThrow();
    expect((await ask('stays')).status).toBe(200);
  });

  it.each(boundaries)('killed %s: the next pass ends with nothing, too', async (rule) => {
    await home.commit('web again', files('web'));
    await home.apply(0);
    await home.commit('web goes\n\nReconcile-Allow: remove web', without('web'));
    const killed = await home.runWith({ RECONCILE_FAILPOINT: rule }, 'apply', '-y');
    expect(killed.code, `${rule}\n${killed.stdout}`).toBe(-1);
    await home.apply(0);
    expect(await traces('web')).toEqual([]);
    expect((await home.plan()).exit).toBe(0);
    expect((await ask('stays')).status).toBe(200);
  });

  it('the last service takes listener, proxy and its files along', async () => {
    await home.commit('all goes\n\nReconcile-Allow: remove stays', without('stays'));
    const { held } = await home.plan();
    await home.apply(0, ...held.flatMap(({ id }) => ['--confirm', id]));
    for (const path of ['haproxy', 'certificates']) {
      const dir = join(home.state, path);
      expect(existsSync(dir) ? await readdir(dir) : [], path).toEqual([]);
    }
    expect(await readdir(hosts)).toEqual([]);
    await expect(ask('stays')).rejects.toThrow(/ECONNREFUSED/);
  });
});
