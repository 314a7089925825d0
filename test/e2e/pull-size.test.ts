import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetToml, small } from './bad.fixture.ts';

// The plan says how much a missing image would fetch: of a real registry, less the layers that are here.

const servers = process.env.RECONCILE_SERVERS;
const reason = noRealPodman() ?? (servers === undefined ? 'no servers for tests here' : undefined);

describe.skipIf(reason !== undefined)(`bytes to pull ${reason ?? ''}`, () => {
  const settings = join(homedir(), '.config', 'containers', 'registries.conf');
  const socket = join(process.env.XDG_RUNTIME_DIR ?? '', 'reconcile', 'podman.sock');
  let dir: string;
  let home: FleetHome;
  let registry: ChildProcess;
  let at: string;
  let mute: Server;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'registry-'));
    const port = await freePort();
    at = `127.0.0.1:${port}`;
    const mutePort = await freePort();
    mute = createServer(() => undefined).listen(mutePort, '127.0.0.1');
    await mkdir(join(settings, '..'), { recursive: true });
    const insecure = [at, `127.0.0.1:${mutePort}`].map(
      (place) => `[[registry]]\nlocation = "${place}"\ninsecure = true\n`,
    );
    await writeFile(settings, insecure.join(''));
    // A service of podman that began before keeps the settings it began with.
    await rm(socket, { force: true });
    await writeFile(
      join(dir, 'config.yml'),
      `version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: ${dir}/data\nhttp:\n  addr: ${at}\n`,
    );
    const program = join(servers ?? '', 'usr', 'bin', 'docker-registry');
    registry = spawn(program, ['serve', join(dir, 'config.yml')], { stdio: 'ignore' });
    await untilAnswering(`http://${at}/v2/`);

    await buildTestImage('1');
    await podman(['push', '-q', testImage('1'), `docker://${at}/team/web:1`]);
    await writeFile(join(dir, 'more'), 'x'.repeat(100_000));
    await writeFile(join(dir, 'Containerfile'), `FROM ${at}/team/web:1\nCOPY more /more\n`);
    await podman(['pull', '-q', `${at}/team/web:1`]);
    await podman(['build', '-q', '-t', `${at}/team/web:2`, '-f', join(dir, 'Containerfile'), dir]);
    await podman(['push', '-q', `${at}/team/web:2`]);
    await podman(['rmi', '-f', `${at}/team/web:2`, `${at}/team/web:1`, testImage('1')]);

    home = await FleetHome.make({ proxy: 'none' });
    const image = (tag: string) => small({ name: 'web', image: `${at}/team/web:${tag}` });
    await home.commit('one from a registry', {
      'fleet.toml': fleetToml,
      'services/web.toml': image('1'),
      'services/mute.toml': small({ name: 'mute', image: `127.0.0.1:${mutePort}/team/web:1` }),
    });
  });
  afterAll(async () => {
    registry?.kill();
    mute?.close();
    await home?.close();
    await rm(settings, { force: true });
    await rm(socket, { force: true });
    await rm(dir, { recursive: true, force: true });
  });

  async function untilAnswering(url: string): Promise<void> {
    for (const until = Date.now() + 20_000; Date.now() < until; ) {
      const answer = await fetch(url).catch(() => undefined);
      if (answer?.ok === true) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${url} does not answer`);
  }

  /** Sizes of all blobs of a tag, as the registry has them. */
  async function blobs(tag: string): Promise<ReadonlyMap<string, number>> {
    const accept = 'application/vnd.oci.image.manifest.v1+json';
    const answer = await fetch(`http://${at}/v2/team/web/manifests/${tag}`, { headers: { accept } });
    type Sized = { readonly digest: string; readonly size: number };
    const { config, layers } = (await answer.json()) as { readonly config: Sized; readonly layers: readonly Sized[] };
    return new Map([config, ...layers].map(({ digest, size }) => [digest, size]));
  }

  const sum = (sizes: Iterable<number>) => [...sizes].reduce((all, size) => all + size, 0);
  const pulls = async () =>
    Object.fromEntries(
      (await home.plan()).changes.flatMap((change) =>
        change.kind === 'image' ? [[change.services[0] ?? '', change.pullBytes]] : [],
      ),
    );

  it('nothing is here: all of it; a registry that says nothing keeps nobody waiting', async () => {
    const startedAt = performance.now();
    expect(await pulls()).toEqual({ web: sum((await blobs('1')).values()), mute: null });
    expect(performance.now() - startedAt).toBeLessThan(8000);
    const { stdout } = await home.run('plan');
    expect(stdout).toMatch(/web\/main .* [\d.]+ [kM]i?B to pull/);
    expect(stdout).toMatch(/mute\/main .* size unknown/);
  });

  it('one layer more: only that one and what describes it', async () => {
    await home.commit('no mute one', { 'services/mute.toml': undefined });
    await home.apply(0);
    await home.commit('a newer one', { 'services/web.toml': small({ name: 'web', image: `${at}/team/web:2` }) });
    const [before, after] = await Promise.all([blobs('1'), blobs('2')]);
    const missing = [...after].flatMap(([digest, size]) => (before.has(digest) ? [] : [size]));
    expect(missing).toHaveLength(2);
    expect(await pulls()).toEqual({ web: sum(missing) });
    await home.apply(0);
    expect(await pulls()).toEqual({});
  });

  it('the registry is away: unknown, and the plan stands', async () => {
    registry.kill();
    await new Promise((resolve) => registry.once('exit', resolve));
    await home.commit('a third', { 'services/web.toml': small({ name: 'web', image: `${at}/team/web:3` }) });
    expect(await pulls()).toEqual({ web: null });
  });
});
