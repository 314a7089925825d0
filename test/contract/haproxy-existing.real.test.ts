import { readdir, readFile } from 'node:fs/promises';
import type { Host, ReadHost } from '@reconcile/host';
import { TestAuthority } from '@reconcile/testkit/certs';
import { describeLaw } from '@reconcile/testkit/contract';
import {
  bareContext,
  convergeProxy,
  type ExistingHaproxy,
  existingHaproxy,
  freePorts,
  get,
  listenerActions,
  proxyKinds,
  proxyScript,
  routeActions,
  selfSigned,
  startLoad,
  type WebBackend,
  webBackend,
} from '@reconcile/testkit/proxy';
import { afterEach, expect, test } from 'vitest';

// Beside a HAProxy that somebody runs by a configuration of his own: ours in a directory that it also loads, his untouched.

/** As people write one: defaults of their own, a frontend, a name that it answers by itself. */
function handMade(port: number): string {
  return `
defaults
  mode http
  option idle-close-on-response
  timeout connect 1s
  timeout client 5s
  timeout server 5s
frontend hand
  bind 127.0.0.1:${port}
  use_backend theirs if { hdr(host) -i theirs.example.net }
  default_backend by-hand
backend by-hand
  http-request return status 200 content-type text/plain string hand-made
backend theirs
  http-request return status 200 content-type text/plain string theirs
`;
}

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function theirs(port: number, more?: readonly string[]): Promise<ExistingHaproxy> {
  const world = await existingHaproxy(handMade(port), more);
  cleanups.push(world.close);
  return world;
}

async function backend(...given: Parameters<typeof webBackend>): Promise<WebBackend> {
  const made = await webBackend(...given);
  cleanups.push(made.kill);
  return made;
}

async function reloadsOf(world: ExistingHaproxy): Promise<number> {
  return Number(/master\s+(\d+)/.exec(await world.askMaster('show proc'))?.[1]);
}

describeLaw<ReadHost, Host>('existing HAProxy', async () => {
  const [hand = 0, plain = 0, tls = 0, spare = 0, other = 0] = await freePorts(5);
  const world = await existingHaproxy(handMade(hand));
  const observing = (await import('@reconcile/host')).createReadHost();
  const there = listenerActions(plain);
  const route = (given: Partial<Parameters<typeof routeActions>[0]>) =>
    routeActions({ listener: plain, hostname: 'web.example.net', ...given }).create(['127.0.0.1:31001']);
  return {
    driver: world.driver,
    kinds: proxyKinds,
    script: proxyScript({ plain, tls, spare }),
    observing: () => bareContext(observing),
    applying: (signal) => bareContext(world.host, signal),
    async fingerprint() {
      const { configDir, dir } = world.settings;
      const paths = [dir, configDir].map(async (one) => (await readdir(one)).map((name) => `${one}/${name}`));
      const files = (await Promise.all(paths)).flat().filter((path) => path !== configDir);
      const texts = await Promise.all(files.map(async (path) => `${path}\n${await readFile(path, 'utf8')}`));
      const states = (await world.ask('show servers state'))
        .split('\n')
        .map((line) => line.split(' ').toSpliced(9, 1).join(' '));
      return [...texts, ...states, await world.ask('show map'), await readFile(world.handMade, 'utf8')].join('\n');
    },
    refused: [
      { action: route({ listener: other }), code: 'HAPROXY_NO_LISTENER' },
      { action: there.update({ binds: ['localhost:80'] }), code: 'HAPROXY_ROUTE' },
    ],
    close: () => world.close(),
  };
});

test('his configuration stays as it is and serves on, while ours comes, changes, is repaired and goes', async () => {
  const [hand = 0, plain = 0, tls = 0] = await freePorts(3);
  const world = await theirs(hand);
  const before = await readFile(world.handMade);
  const [web, moved] = [await backend('web'), await backend('moved')];
  const ca = new TestAuthority(world.host, { root: world.root, certificatesDir: world.settings.certificatesDir });
  await ca.sign('web.example.net');
  const own = await selfSigned(['mail.example.net']);
  const mail = await backend('mail', { tls: own });
  const load = startLoad([{ port: hand, host: 'any.example.net', isRight: (body) => body === 'hand-made' }], 100);
  const route = routeActions({ listener: plain, hostname: 'plain.example.net' });
  const certificate = 'web.example.net';
  const secure = routeActions({ listener: tls, hostname: certificate, mode: 'l7', tls: true, certificate });
  const through = routeActions({ listener: tls, hostname: 'mail.example.net', tls: true });
  const listeners = [listenerActions(plain), listenerActions(tls, { tls: true })];
  const routes = [
    { route, targets: [web.target] },
    { route: secure, targets: [web.target] },
    { route: through, targets: [mail.target] },
  ];
  await convergeProxy(world, { listeners, routes });
  expect(await convergeProxy(world, { listeners, routes })).toEqual([]);
  const root = await ca.root();
  expect((await get({ port: plain, host: 'plain.example.net' })).body).toBe('web');
  expect((await get({ port: tls, host: 'web.example.net', ca: root })).body).toBe('web');
  expect((await get({ port: tls, host: 'mail.example.net', ca: own.cert })).body).toBe('mail');
  const seen = await get({ port: plain, host: 'plain.example.net', headers: { 'x-forwarded-for': '203.0.113.9' } });
  expect(JSON.parse(String(seen.headers['x-seen']))).toMatchObject({ client: '127.0.0.1' });

  // By commands: no reload.
  const reloads = await reloadsOf(world);
  const after = [{ route, targets: [moved.target] }, ...routes.slice(1)];
  expect(await convergeProxy(world, { listeners, routes: after })).toEqual([`${route.key}#update`]);
  expect((await get({ port: plain, host: 'plain.example.net' })).body).toBe('moved');
  await ca.sign('web.example.net');
  expect(await convergeProxy(world, { listeners, routes: after })).toEqual([`${secure.key}#update`]);
  expect(await reloadsOf(world)).toBe(reloads);

  // Edits behind our back, and a reload of his own.
  await world.ask(`clear map ${world.settings.dir}/routes-${plain}.map`);
  await world.ask(`del ssl crt-list ${world.settings.dir}/crt-${tls}.list ${world.settings.dir}/web.example.net.pem`);
  expect((await convergeProxy(world, { listeners, routes: after })).length).toBeGreaterThan(0);
  expect((await get({ port: tls, host: 'web.example.net', ca: root })).body).toBe('web');
  await world.askMaster('reload');
  expect(await convergeProxy(world, { listeners, routes: after })).toEqual([]);

  await convergeProxy(world, { listeners: [], routes: [] });
  await expect(get({ port: plain, host: 'plain.example.net' })).rejects.toThrow(/ECONNREFUSED/);
  expect(await readdir(world.settings.dir)).toEqual(['conf.d']);
  expect(await readdir(world.settings.configDir)).toEqual([]);
  const report = await load.stop();
  process.stdout.write(`his frontend meanwhile: ${JSON.stringify(report)}, ${await reloadsOf(world)} reloads\n`);
  expect(report.failures).toEqual([]);
  expect(await readFile(world.handMade)).toEqual(before);
  expect((await world.pids()).length).toBeGreaterThan(1);
});

test('it does not load ours: refused with the words to add, nothing written, no reload', async () => {
  const [hand = 0, port = 0] = await freePorts(2);
  const world = await theirs(hand, []);
  const create = world.apply(listenerActions(port).create);
  await expect(create).rejects.toThrow(/HAPROXY_NOT_INCLUDED|existing HAProxy/);
  const refusal = await world.apply(listenerActions(port).create).catch((error: Error) => error.message);
  expect(refusal).toContain(`-f ${world.settings.configDir} as the last -f`);
  expect(refusal).toContain(`EXTRAOPTS=`);
  expect(await reloadsOf(world)).toBe(0);
  expect(await readdir(world.settings.configDir)).toEqual([]);
  await world.restart(['-f', world.settings.configDir]);
  await world.apply(listenerActions(port).create);
  expect((await get({ port, host: 'x.example.net' })).status).toBe(404);
});

test('what he serves on a port is his: conflict for the names he has, refusal for the listener, all untouched', async () => {
  const [hand = 0] = await freePorts(1);
  const world = await theirs(hand);
  const taken = routeActions({ listener: hand, hostname: 'theirs.example.net' });
  const free = routeActions({ listener: hand, hostname: 'free.example.net' });
  const wanted = { [taken.key]: taken, [free.key]: free, [`listener/${hand}`]: listenerActions(hand) };
  const bare = bareContext<ReadHost>(world.host);
  const resources = Object.fromEntries(
    Object.entries(wanted).map(([key, { spec }]) => [key, { key, kind: key.split('/')[0], spec }]),
  );
  const context = { ...bare, desired: { ...bare.desired, resources: resources as never } };
  const seen = (await world.driver.observe(context)).resources;
  expect(seen.map(({ key, owner }) => [key, owner])).toEqual([[taken.key, 'foreign']]);
  const [route] = proxyKinds.filter(({ kind }) => kind === 'route');
  const verdict = route?.compare({ ...resources[taken.key], key: taken.key } as never, seen[0] as never, {} as never);
  expect(verdict).toMatchObject({ verdict: 'blocked', code: 'NameConflict' });
  await expect(world.apply(listenerActions(hand).create)).rejects.toThrow(/in use/);
  expect((await get({ port: hand, host: 'theirs.example.net' })).body).toBe('theirs');
  expect(await reloadsOf(world)).toBe(0);
});

test('a section of his with a name of ours, and a file of his that is broken: refused, his and ours serve on', async () => {
  const [hand = 0, port = 0, second = 0] = await freePorts(3);
  const world = await theirs(hand);
  await world.apply(listenerActions(port).create);
  const { appendFile, writeFile } = await import('node:fs/promises');
  const before = await readFile(world.handMade, 'utf8');
  await appendFile(world.handMade, `frontend l${second}\n  bind 127.0.0.1:${second}\n`);
  await expect(world.apply(listenerActions(second).create)).rejects.toThrow(/same name|already/i);
  await writeFile(world.handMade, `${before}  no such word\n`);
  await expect(world.apply(listenerActions(second).create)).rejects.toThrow(/no such|unknown keyword/i);
  await writeFile(world.handMade, before);
  expect((await get({ port: hand, host: 'x.example.net' })).body).toBe('hand-made');
  expect((await get({ port, host: 'x.example.net' })).status).toBe(404);
  expect((await world.observe()).get(`listener/${port}`)?.state).toMatchObject({ binds: [`127.0.0.1:${port}`] });
  await world.apply(listenerActions(second).create);
});

test('it is down or does not let us change anything: said so, and what it needs', async () => {
  const [hand = 0, port = 0] = await freePorts(2);
  const world = await theirs(hand);
  const text = await readFile(world.handMade, 'utf8');
  const { writeFile } = await import('node:fs/promises');
  await world.apply(listenerActions(port).create);
  const web = routeActions({ listener: port, hostname: 'web.example.net' });
  await writeFile(world.handMade, text.replace('level admin', 'level user'));
  await world.restart(['-f', world.settings.configDir]);
  await expect(world.apply(web.create(['127.0.0.1:31001']))).rejects.toThrow(/level admin/);
  await writeFile(world.handMade, text);
  for (const pid of await world.pids()) process.kill(pid, 'SIGKILL');
  await expect
    .poll(() =>
      world.observe().then(
        () => 'seen',
        (error: { code: string }) => error.code,
      ),
    )
    .toBe('HAPROXY_UNREACHABLE');
  await expect(world.apply(web.create(['127.0.0.1:31001']))).rejects.toThrow(/does it run/);
  await world.restart(['-f', world.settings.configDir]);
  await world.apply(web.create(['127.0.0.1:31001']));
});
