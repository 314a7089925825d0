import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { podmanClients, type Transport } from '@reconcile/drivers/podman/client';
import { probe } from '@reconcile/engine';
import { createHost } from '@reconcile/host';
import { recordingHost } from '@reconcile/host/recording';
import { buildTestImage, podman, testImage } from '../podman/images.ts';
import type { PodmanGround } from './driver-suite.ts';
import { NodeWorld } from './node-world.ts';

/** The contract's ground over the real podman of this user, whose every container is a test's. */
export async function realGround(transport: Transport): Promise<PodmanGround> {
  const prefix = `t${randomBytes(3).toString('hex')}`;
  const imageId = await buildTestImage('1');
  const host = recordingHost(createHost());
  const world = await NodeWorld.make({ host, transport });
  const foreign = `${prefix}-foreign`;
  const client = await podmanClients(transport).writer(host, new AbortController().signal);
  if (client.via !== (transport === 'cli' ? 'cli' : 'rest')) throw new Error(`podman by ${client.via}, not as asked`);
  const store = JSON.parse((await podman(['info', '--format=json'])).stdout).store as { graphRoot: string };

  const ground: PodmanGround = {
    world,
    prefix,
    image: testImage('1'),
    imageId,
    freePort,
    fingerprint: () => fingerprint(world.root),
    names: async () => lines(await podman(['ps', '--all', '--external', '--format={{.Names}}'])),
    foreign: {
      name: foreign,
      place: async () =>
        void (await podman(['run', '--detach', `--name=${foreign}`, '--network=none', testImage('1')])),
      left: async () =>
        (await podman(['container', 'inspect', '--format={{.State.Status}}', foreign])).stdout.trim() === 'running',
    },
    async killUnseen(name) {
      const format = '--format={{.State.ConmonPid}} {{.State.Pid}}';
      const { stdout } = await podman(['container', 'inspect', format, name]);
      for (const pid of stdout.trim().split(' ')) process.kill(Number(pid), 'SIGKILL');
      await gone(Number(stdout.trim().split(' ')[1]));
    },
    async loseDatabase() {
      await endServices();
      for (const name of ['libpod/bolt_state.db', 'db.sql']) {
        const path = `${store.graphRoot}/${name}`;
        await rename(path, `${path}.lost-${randomBytes(3).toString('hex')}`).catch(() => {});
      }
    },
    async takePort(port) {
      const server = createServer().listen(port, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      return () => new Promise((resolve) => server.close(() => resolve()));
    },
    async probeTcp(name, port) {
      const key = `container/${name}` as const;
      const locus = await world.driver.locate?.(world.observing(), key);
      const health = {
        type: 'tcp',
        path: '',
        port: null,
        command: [],
        expect: '',
        intervalMs: 1,
        timeoutMs: 2000,
        startPeriodMs: 0,
        successes: 1,
        failures: 1,
      } as const;
      const target = { name, health, endpoint: { ip: '127.0.0.1', port }, containerPort: 8080, hostNetwork: false };
      const found = await probe(world.applying(), world.driver, {
        key,
        target,
        locus: locus ?? { running: false, pid: 0 },
      });
      return found.healthy;
    },
    listCalls() {
      const asked = host.calls.filter(
        (call) =>
          (call.what === 'run.run' && call.target === 'podman') ||
          (call.what === 'http.request' && !call.target.endsWith('/_ping')),
      );
      host.forget();
      return asked.length;
    },
    async close() {
      const left = (await ground.names()).filter((name) => name.startsWith(prefix));
      for (const name of left) await podman(['rm', '--force', '--time=0', name]);
      for (const kind of ['network', 'volume', 'secret']) {
        const names = (await podman([kind, 'ls', '--format={{.Name}}'])).stdout
          .split('\n')
          .filter((name) => name.includes(prefix));
        for (const name of names) await podman([kind, 'rm', name]).catch(() => {});
      }
      await world.close();
    },
    ...(transport === 'cli' ? { spoil } : {}),
  };
  return ground;
}

/** A port that nobody listens on, out of the way of the kernel's own choice. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}

async function fingerprint(root: string): Promise<string> {
  const lists = await Promise.all([
    podman(['ps', '--all', '--external', '--no-trunc', '--format={{.ID}} {{.Names}} {{.Pid}} {{.Networks}}']),
    podman(['network', 'ls', '--format={{.ID}} {{.Name}}']),
    podman(['volume', 'ls', '--format={{.Name}}']),
    podman(['secret', 'ls', '--format={{.ID}} {{.Name}}']),
    podman(['images', '--all', '--no-trunc', '--format={{.ID}} {{.Names}}']),
  ]);
  return [...lists.flatMap((list) => lines(list).sort()), ...(await tree(root))].join('\n');
}

function lines(printed: { readonly stdout: string }): string[] {
  return printed.stdout.split('\n').filter((line) => line !== '');
}

async function tree(dir: string): Promise<string[]> {
  const names = await readdir(dir, { recursive: true });
  return Promise.all(
    names.sort().map(async (name) => {
      const found = await stat(`${dir}/${name}`);
      return `${name} ${found.mode} ${found.size} ${found.mtimeMs}`;
    }),
  );
}

async function gone(pid: number): Promise<void> {
  for (let look = 0; look < 200; look++) {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (state === '' || / Z /.test(state.slice(state.lastIndexOf(')')))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The API services of this user: they would go on with a database that is not there any more. */
async function endServices(): Promise<void> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const owner = await stat(`/proc/${pid}`).catch(() => undefined);
    if (owner?.uid !== process.getuid?.() || !line.startsWith('podman\0system\0service\0')) continue;
    process.kill(Number(pid), 'SIGKILL');
    await gone(Number(pid));
  }
}

/** A podman in front of the real one that answers half a document, or nothing. */
async function spoil(how: 'garble' | 'hang') {
  const dir = await mkdtemp(`${tmpdir()}/reconcile-shim-`);
  const shim = how === 'garble' ? '#!/bin/sh\necho \'[{"Id": "12\'\n' : '#!/bin/sh\nsleep 1000\n';
  await writeFile(`${dir}/podman`, shim);
  await chmod(`${dir}/podman`, 0o755);
  const host = createHost({ env: { ...process.env, PATH: `${dir}:${process.env.PATH ?? ''}` } });
  const world = await NodeWorld.make({ host, transport: 'cli' });
  return {
    world,
    async end() {
      await world.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
