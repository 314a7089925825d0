import { existsSync } from 'node:fs';
import { appendFile, copyFile, cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noRealPodman, podman } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Alive, GoodHome, small } from './bad.fixture.ts';
import { powerCut } from './boot.fixture.ts';

// A node made with podman 4 whose podman is exchanged for a 5 while everything runs: its database stays BoltDB, and nothing is lost.

/** `./dev podman5` puts the machine's own podman there, where that is a 4. */
const earlier = '/opt/podman4/podman';
const later = '/usr/bin/podman';
const reason = noRealPodman() ?? (existsSync(earlier) ? undefined : 'a podman 4 beside a 5: only in ./dev podman5');

describe.skipIf(reason !== undefined)(`podman exchanged ${reason ?? ''}`, () => {
  const kept = { HOME: process.env.HOME, XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR, PATH: process.env.PATH };
  let dir: string;
  let good: GoodHome;
  let before: Record<string, Alive>;
  let graphRoot: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'x-'));
    await mkdir(join(dir, 'run'), { mode: 0o700 });
    await mkdir(join(dir, 'bin'));
    await cp(join(kept.HOME ?? '', '.config'), join(dir, '.config'), { recursive: true });
    // Its locks in shared memory are one file per user, and this user has another podman.
    await appendFile(join(dir, '.config/containers/containers.conf'), 'lock_type = "file"\n');
    Object.assign(process.env, { HOME: dir, XDG_RUNTIME_DIR: join(dir, 'run'), PATH: `${dir}/bin:${kept.PATH}` });
    await exchange(earlier);
    expect((await podman(['--version'])).stdout).toMatch(/version 4\./);
    good = await GoodHome.make();
    before = await good.alive();
    graphRoot = (await podman(['info', '--format', '{{.Store.GraphRoot}}'])).stdout.trim();
    expect(graphRoot.startsWith(dir)).toBe(true);
    await exchange(later);
    expect((await podman(['--version'])).stdout).toMatch(/version 5\./);
  });
  afterAll(async () => {
    await powerCut().catch(() => undefined);
    await good?.home.close();
    await podman(['unshare', 'rm', '-rf', join(dir, '.local')]).catch(() => undefined);
    await powerCut().catch(() => undefined);
    Object.assign(process.env, kept);
    await rm(dir, { recursive: true, force: true });
  });

  /** As a package does: another file of the same name. */
  async function exchange(program: string): Promise<void> {
    await copyFile(program, join(dir, 'bin', 'podman.new'));
    await rename(join(dir, 'bin', 'podman.new'), join(dir, 'bin', 'podman'));
  }

  const backend = () =>
    ['libpod/bolt_state.db', 'db.sql'].filter((name) => existsSync(join(graphRoot, name))).join(' ');

  it('is no loss and no mismatch: nothing to do, and nothing wrong', async () => {
    const plan = await good.home.plan();
    expect(plan).toMatchObject({ exit: 0, actions: [] });
    expect((plan as { conditions?: unknown }).conditions).toBeUndefined();
    const doctor = await good.run('doctor');
    expect(doctor.stdout).not.toMatch(/RUNTIME_|PODMAN_/);
    await good.home.apply(0);
    await good.expectWhole(before);
    expect(backend()).toBe('libpod/bolt_state.db');
  });

  it('what it did not make it repairs and replaces', async () => {
    await good.expectRepairs('0');
    const text = small({ name: 'third' });
    await good.home.commit('a third', { 'services/third.toml': text });
    await good.home.apply(0);
    await good.home.commit('the third changes', {
      'services/third.toml': text.replace('stop_timeout', 'env = { A = "1" }\nstop_timeout'),
    });
    await good.home.apply(0);
    expect((await good.home.plan()).actions).toEqual([]);
  });

  it('after a power cut the same containers start again', async () => {
    const ids = async () => Object.values(await good.alive()).map(({ id }) => id);
    const made = await ids();
    await powerCut();
    await good.home.apply(0);
    expect(await ids()).toEqual(made);
    expect(backend()).toBe('libpod/bolt_state.db');
  });

  it('a loss is still told, and recovered from, into the database that it makes today', async () => {
    await rm(join(graphRoot, 'libpod/bolt_state.db'));
    expect((await good.run('plan')).stdout).toMatch(/! RuntimeStateLost .*lost 3 of the 3 containers/);
    const outcome = await good.run('recover', '-y');
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(backend()).toBe('db.sql');
    const plan = await good.home.plan();
    expect(plan).toMatchObject({ exit: 0, actions: [] });
    expect(Object.keys(await good.alive())).toHaveLength(2);
  });
});
