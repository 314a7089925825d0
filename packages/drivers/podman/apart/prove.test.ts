import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '@reconcile/host/writing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clearApart } from './clear.ts';
import { environmentApart, makeApart } from './make.ts';
import { type ApartPlace, apartContainersConf, apartEnvironment, apartStorageConf } from './place.ts';
import { processesOf } from './processes.ts';
import { outside, proveApart } from './prove.ts';

const place: ApartPlace = {
  home: '/p/home',
  storage: '/p/storage',
  run: '/run/user/1000/reconcile/drill-1',
  temporary: '/p/tmp',
};
const inside = {
  graphRoot: '/p/storage',
  runRoot: `${place.run}/containers`,
  volumePath: '/p/storage/volumes',
  driver: 'overlay',
  mountProgram: '',
};

test.each<[string, Partial<typeof inside>, readonly string[]]>([
  ['all inside', {}, []],
  [
    'the user’s storage',
    { graphRoot: '/home/u/.local/share/containers/storage' },
    ['graphRoot /home/u/.local/share/containers/storage'],
  ],
  ['the user’s run root', { runRoot: '/run/user/1000/containers' }, ['runRoot /run/user/1000/containers']],
  ['volumes elsewhere', { volumePath: '/home/u/volumes' }, ['volumePath /home/u/volumes']],
  ['beside it, with the same beginning', { graphRoot: '/p/storage2' }, ['graphRoot /p/storage2']],
  ['a way up', { graphRoot: '/p/storage/../../home' }, ['graphRoot /p/storage/../../home']],
])('podman says: %s', (...[, more, wanted]) => {
  expect(outside(place, { ...inside, ...more })).toEqual(wanted);
});

test('what podman finds its directories by is of the place alone', () => {
  const own = {
    PATH: '/usr/bin',
    HOME: '/home/u',
    XDG_DATA_HOME: '/home/u/data',
    CONTAINERS_STORAGE_CONF: '/home/u/storage.conf',
    CONTAINER_HOST: 'unix:///run/podman.sock',
  };
  const env = apartEnvironment(place, own, {});
  expect(Object.entries(env).filter(([, value]) => value !== undefined)).toEqual([
    ['PATH', '/usr/bin'],
    ['HOME', '/p/home'],
    ['XDG_RUNTIME_DIR', place.run],
    ['TMPDIR', '/p/tmp'],
  ]);
});

test('its configuration: the same driver, the user’s images to read, locks of its own', () => {
  const own = {
    graphRoot: '/home/u/"s"',
    volumePath: '/v',
    driver: 'overlay',
    mountProgram: '/usr/bin/fuse-overlayfs',
  };
  expect(apartStorageConf(place, own)).toBe(`[storage]
driver = "overlay"
graphroot = "/p/storage"
runroot = "${place.run}/containers"
[storage.options]
additionalimagestores = ["/home/u/\\"s\\""]
[storage.options.overlay]
mount_program = "/usr/bin/fuse-overlayfs"
`);
  expect(apartContainersConf(place)).toMatch(/^lock_type = "file"$/m);
});

// A podman that lies, as 4.3.1 did where CONTAINERS_STORAGE_CONF named another place: it answers with the user's own storage.
describe('a podman that is not where it was put', () => {
  let dir: string;
  let real: ApartPlace;
  const calls = async () =>
    (await readFile(join(dir, 'calls'), 'utf8').catch(() => '')).trim().split('\n').filter(Boolean);

  async function standIn(store: object, makesLocks: boolean): Promise<Awaited<ReturnType<typeof hosts>>> {
    const bin = join(dir, 'bin');
    await mkdir(bin, { recursive: true });
    const locks = makesLocks ? `mkdir -p "${real.run}/libpod/tmp/locks"\n` : '';
    const script = `#!/bin/sh\necho "$HOME $*" >>"${dir}/calls"\n${locks}cat "${dir}/answer"\n`;
    await writeFile(join(dir, 'answer'), JSON.stringify({ store }));
    await writeFile(join(bin, 'podman'), script);
    await chmod(join(bin, 'podman'), 0o755);
    return hosts(bin);
  }

  async function hosts(bin: string) {
    const env = {
      PATH: `${bin}:${process.env.PATH ?? ''}`,
      HOME: join(dir, 'user'),
      XDG_RUNTIME_DIR: join(dir, 'user-run'),
    };
    const host = createHost({ env });
    const own = { graphRoot: join(dir, 'user'), volumePath: join(dir, 'user'), driver: 'overlay', mountProgram: '' };
    await makeApart({ env, host, own, place: real });
    return { host, inside: createHost({ env: await environmentApart(host, { env, place: real }) }) };
  }

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'apart-'));
    const root = join(dir, 'place');
    real = {
      home: join(root, 'home'),
      storage: join(root, 'storage'),
      run: join(dir, 'r'),
      temporary: join(root, 'tmp'),
    };
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const word = (storage: string, run: string) => ({
    graphRoot: storage,
    runRoot: `${run}/containers`,
    volumePath: `${storage}/volumes`,
    graphDriverName: 'overlay',
    graphOptions: {},
  });
  const signal = AbortSignal.timeout(20_000);

  test('is refused with what it said, and asked nothing but that', async () => {
    const { inside: there } = await standIn(word('/home/u/storage', '/run/user/1000'), true);
    await expect(proveApart(there, real, signal)).rejects.toMatchObject({
      code: 'PODMAN_NOT_APART',
      actual: 'graphRoot /home/u/storage, runRoot /run/user/1000/containers, volumePath /home/u/storage/volumes',
    });
    expect(await calls()).toEqual([`${real.home} info --format=json`]);
  });

  test('is refused where its locks are not its own', async () => {
    const { inside: there } = await standIn(word(real.storage, real.run), false);
    await expect(proveApart(there, real, signal)).rejects.toMatchObject({
      code: 'PODMAN_NOT_APART',
      actual: expect.stringMatching(/^no locks in /),
    });
  });

  test('is not asked to remove anything either; the place goes all the same', async () => {
    const { host, inside: there } = await standIn(word('/home/u/storage', '/run/user/1000'), true);
    await mkdir(join(real.storage, 'libpod'), { recursive: true });
    expect(await clearApart({ host, inside: there, place: real, signal })).toEqual([]);
    const said = await calls();
    expect(said.filter((call) => call.startsWith(real.home))).toEqual([`${real.home} info --format=json`]);
    expect(said.filter((call) => / rm /.test(call) && !call.includes(' unshare rm '))).toEqual([]);
  });

  test('proves itself where all of it lies in the place', async () => {
    const { inside: there } = await standIn(word(real.storage, real.run), true);
    expect(await proveApart(there, real, signal)).toMatchObject({ graphRoot: real.storage, driver: 'overlay' });
  });

  test('its processes are those whose environment names the place, and what they began', async () => {
    const { host, inside: there } = await standIn({}, false);
    expect(await processesOf(host, real)).toEqual([]);
    const { pid } = await there.run.start('sh', ['-c', 'env -i sleep 60 & wait'], {});
    const names = async () =>
      Promise.all(
        (await processesOf(host, real)).map(async (one) => (await readFile(`/proc/${one.pid}/comm`, 'utf8')).trim()),
      );
    await expect.poll(names, { timeout: 10_000 }).toEqual(['sh', 'sleep']);
    expect(pid).toBeGreaterThan(1);
    expect(await clearApart({ host, inside: there, place: real, signal })).toEqual([]);
    expect(await processesOf(host, real)).toEqual([]);
  });
});
