import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isFleetError } from '@reconcile/core';
import { type ContainerDraft, type PodmanClient, podmanClients } from '@reconcile/drivers/podman/client';
import { createHost } from '@reconcile/host';
import { buildTestImage, comparable, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const reason = noRealPodman();

describe.skipIf(reason !== undefined)(`two clients, one podman ${reason ?? ''}`, () => {
  const prefix = `t${randomBytes(3).toString('hex')}`;
  const host = createHost();
  let cli: PodmanClient;
  let api: PodmanClient;
  let dir = '';

  const plain: ContainerDraft = {
    name: '',
    image: testImage('1'),
    labels: { 'io.reconcile.spec': 'a,b\n{"x":1}' },
    env: { A: 'B C', E: '' },
    entrypoint: null,
    command: ['sleep', '1000'],
    user: '',
    workdir: '',
    hostname: '',
    network: 'default',
    aliases: [],
    ports: [],
    mounts: [],
    secrets: [],
    tmpfs: [],
    readOnly: false,
    capAdd: [],
    devices: [],
    privileged: false,
    extraHosts: [],
    memory: 0,
    cpus: 0,
    pids: 0,
    stopSignal: '',
    stopTimeout: 1,
    logMaxBytes: 10_000_000,
  };

  beforeAll(async () => {
    const signal = new AbortController().signal;
    await buildTestImage('1');
    cli = await podmanClients('cli').writer(host, signal);
    api = await podmanClients('auto').writer(host, signal);
    expect([cli.via, api.via]).toEqual(['cli', 'rest']);
    dir = await mkdtemp(`${tmpdir()}/reconcile-clients-`);
    await mkdir(`${dir}/data`);
    await writeFile(`${dir}/pass`, 'hush', { mode: 0o600 });
    await cli.createNetwork({
      name: `${prefix}-net`,
      driver: '',
      subnets: [],
      internal: false,
      ipv6: false,
      options: {},
      labels: {},
    });
    await api.createVolume({ name: `${prefix}-vol`, driver: '', options: {}, labels: { a: 'b' } });
    await api.createSecret(`${prefix}-secret`, { path: `${dir}/pass`, content: Buffer.from('hush') }, { a: 'b' });
  });
  afterAll(async () => {
    for (const one of await cli.containers()) if (one.name.startsWith(prefix)) await cli.remove(one.id);
    await api.removeNetwork(`${prefix}-net`);
    await cli.removeSecret(`${prefix}-secret`);
    await podman(['volume', 'rm', `${prefix}-vol`]);
    await rm(dir, { recursive: true, force: true });
  });

  const inspect = async (name: string) =>
    comparable((JSON.parse((await podman(['container', 'inspect', name])).stdout) as unknown[])[0]);
  const port = (host_: number, more: object = {}) =>
    ({ ip: '127.0.0.1', host: host_, container: 80, count: 1, protocol: 'tcp', ...more }) as const;

  test.each<[string, (fill: { dir: string }) => Partial<ContainerDraft>]>([
    ['plain', () => ({})],
    ["the image's own command", () => ({ command: [] })],
    ['an entrypoint', () => ({ entrypoint: ['/bin/sh', '-c'], command: ['sleep 1000'] })],
    ['an emptied entrypoint', () => ({ entrypoint: [], command: ['sleep', '1000'] })],
    ['user, directory, name', () => ({ user: '1000:1000', workdir: '/bin', hostname: 'web' })],
    ['host network', () => ({ network: 'host' })],
    ['no network', () => ({ network: 'none' })],
    [
      'network, aliases, ports',
      () => ({
        network: `${prefix}-net`,
        aliases: ['x', 'y'],
        ports: [port(15300), port(15310, { ip: '::1', count: 3, protocol: 'udp' })],
      }),
    ],
    ['ports of the default network', () => ({ ports: [port(15320), port(15321, { ip: '', container: 81 })] })],
    [
      'mounts',
      (fill) => ({
        mounts: [
          { type: 'volume', source: `${prefix}-vol`, target: '/v', options: ['ro'] },
          { type: 'bind', source: `${fill.dir}/data`, target: '/d', options: [] },
          { type: 'bind', source: `${fill.dir}/pass`, target: '/p', options: ['ro', 'noexec'] },
        ],
      }),
    ],
    [
      'secrets',
      () => ({
        secrets: [
          { as: 'file', source: `${prefix}-secret`, target: '/etc/x', uid: 0, gid: 0 },
          { as: 'file', source: `${prefix}-secret`, target: 'y', uid: 1000, gid: 1000 },
          { as: 'variable', source: `${prefix}-secret`, variable: 'PASS' },
        ],
      }),
    ],
    ['tmpfs', () => ({ tmpfs: ['/t', '/u:size=1m,mode=0700'] })],
    ['read-only', () => ({ readOnly: true })],
    ['read-only with its own tmpfs', () => ({ readOnly: true, tmpfs: ['/tmp'] })],
    [
      'capabilities, hosts, signal',
      () => ({ capAdd: ['CAP_NET_RAW'], extraHosts: ['h:192.0.2.4'], stopSignal: 'SIGUSR1', stopTimeout: 3 }),
    ],
    ['privileged', () => ({ privileged: true })],
    ['a device', () => ({ devices: ['/dev/null:/dev/nothing'] })],
    ['limits', () => ({ memory: 64 * 1024 * 1024, cpus: 1.5, pids: 50 })],
  ])('the same container: %s', async (_name, words) => {
    const draft = { ...plain, ...words({ dir }) };
    const made: unknown[] = [];
    for (const [client, name] of [
      [cli, `${prefix}-c`],
      [api, `${prefix}-a`],
    ] as const) {
      await client.create({ ...draft, name });
      const before = await inspect(name);
      await client.start(name);
      made.push([before, await inspect(name)]);
      await client.stop(name, 0);
      await client.remove(name);
    }
    expect(made[1]).toEqual(made[0]);
  });

  test('the same listings', async () => {
    await api.create({ ...plain, name: `${prefix}-list` });
    await cli.start(`${prefix}-list`);
    const of = async (client: PodmanClient) => ({
      containers: await client.containers(),
      container: await client.container(`${prefix}-list`),
      images: [...(await client.images())]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((image) => ({ ...image, names: [...image.names].sort() })),
      networks: [...(await client.networks())].sort((a, b) => (a.name < b.name ? -1 : 1)),
      volumes: await client.volumes(),
      secrets: [...(await client.secrets())].sort((a, b) => (a.name < b.name ? -1 : 1)),
      store: await client.store(),
    });
    const [one, other] = [await of(cli), await of(api)];
    expect(other).toEqual(one);
    expect(one.secrets.find((secret) => secret.name === `${prefix}-secret`)?.labels).toEqual({ a: 'b' });
    expect(one.volumes.find((volume) => volume.name === `${prefix}-vol`)?.labels).toEqual({ a: 'b' });
    await cli.remove(`${prefix}-list`);
  });

  const refusals: readonly [string, (client: PodmanClient, name: string) => Promise<unknown>, string][] = [
    [
      'no such image',
      (client, name) => client.create({ ...plain, name, image: 'localhost/reconcile-test/none:1' }),
      'PODMAN_NO_IMAGE',
    ],
    [
      'no such network',
      (client, name) => client.create({ ...plain, name, network: `${prefix}-none` }),
      'PODMAN_NO_NETWORK',
    ],
    [
      'no such secret',
      (client, name) =>
        client.create({
          ...plain,
          name,
          secrets: [{ as: 'file', source: `${prefix}-none`, target: '/x', uid: 0, gid: 0 }],
        }),
      'PODMAN_NO_SECRET',
    ],
    [
      'no such source',
      (client, name) =>
        client.create({ ...plain, name, mounts: [{ type: 'bind', source: `${dir}/none`, target: '/x', options: [] }] }),
      'PODMAN_NO_SOURCE',
    ],
    ['start of nothing', (client, name) => client.start(name), 'PODMAN_NO_SUCH'],
    ['signal to nothing', (client, name) => client.signal(name, 'HUP'), 'PODMAN_NO_SUCH'],
    [
      'a network twice',
      (client) =>
        client.createNetwork({
          name: `${prefix}-net`,
          driver: '',
          subnets: [],
          internal: false,
          ipv6: false,
          options: {},
          labels: {},
        }),
      'PODMAN_NAME_IN_USE',
    ],
    [
      'a volume twice',
      (client) => client.createVolume({ name: `${prefix}-vol`, driver: '', options: {}, labels: {} }),
      'PODMAN_NAME_IN_USE',
    ],
    [
      'a secret twice',
      (client) => client.createSecret(`${prefix}-secret`, { path: `${dir}/pass`, content: Buffer.from('x') }, {}),
      'PODMAN_NAME_IN_USE',
    ],
    ['a pull from nowhere', (client) => client.pull('localhost:1/none:1', 20_000), 'PODMAN_PULL_FAILED'],
    [
      'a build of nothing',
      (client) =>
        client.build({ ref: 'localhost/none:1', context: `${dir}/data`, file: `${dir}/none`, timeoutMs: 20_000 }),
      'PODMAN_BUILD_FAILED',
    ],
  ];
  test.each(refusals)('the same refusal: %s', async (_name, attempt, code) => {
    for (const client of [cli, api]) {
      const error = await attempt(client, `${prefix}-refused`).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(isFleetError(error) ? error.code : error, client.via).toBe(code);
    }
  });

  test('what is not there needs no removing, and is nothing to look at', async () => {
    for (const client of [cli, api]) {
      await client.stop(`${prefix}-none`, 0);
      await client.remove(`${prefix}-none`);
      await client.removeNetwork(`${prefix}-none`);
      await client.removeSecret(`${prefix}-none`);
      expect(await client.container(`${prefix}-none`)).toBeUndefined();
      expect(await client.image('localhost/reconcile-test/none:1')).toBeUndefined();
      expect(await client.tail(`${prefix}-none`, 5)).toEqual([]);
    }
  });

  test('the start of an id is not a name', async () => {
    const id = await api.create({ ...plain, name: `${prefix}-id` });
    for (const client of [cli, api]) {
      expect(await client.container(id.slice(0, 12))).toBeUndefined();
      expect((await client.container(id))?.name).toBe(`${prefix}-id`);
    }
    await cli.remove(id);
  });

  test('tag, pinned by id', async () => {
    const id = (await api.image(testImage('1')))?.id ?? '';
    for (const client of [cli, api]) {
      await client.tag(id, `localhost/reconcile-test/${prefix}:${client.via}`);
      expect((await client.image(`localhost/reconcile-test/${prefix}:${client.via}`))?.id).toBe(id);
      await podman(['untag', id, `localhost/reconcile-test/${prefix}:${client.via}`]);
    }
  });

  test('an image goes with its last name, and not while a container uses it', async () => {
    for (const client of [cli, api]) {
      const ref = `localhost/${prefix}/${client.via}:1`;
      const own = await buildTestImage('removed', { labels: { via: client.via } });
      await client.tag(own, ref);
      await client.removeImage(testImage('removed'));
      expect(await client.image(ref)).toMatchObject({ id: own, names: [ref] });
      const name = `${prefix}-${client.via}-user`;
      await client.create({ ...plain, name, image: ref });
      await expect(client.removeImage(ref)).rejects.toMatchObject({ code: 'PODMAN_IN_USE' });
      await client.remove(name);
      await client.removeImage(ref);
      expect(await client.image(own)).toBeUndefined();
      await client.removeImage(ref);
    }
  });

  test('nothing of our environment gets into a container', async () => {
    const canary = {
      ...process.env,
      AGENT_TOKEN: 'canary',
      HTTP_PROXY: 'http://canary.example.net',
      SSH_AUTH_SOCK: '/canary',
    };
    const leaky = createHost({ env: canary });
    for (const transport of ['cli', 'auto'] as const) {
      const client = await podmanClients(transport).writer(leaky, new AbortController().signal);
      await client.create({ ...plain, name: `${prefix}-env` });
      expect((await podman(['container', 'inspect', `${prefix}-env`])).stdout).not.toContain('canary');
      await client.remove(`${prefix}-env`);
    }
  });
});
