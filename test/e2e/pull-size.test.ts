import { createServer, type Server } from 'node:net';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetToml, small } from './bad.fixture.ts';
import { noRegistry, TestRegistry } from './registry.fixture.ts';

// The plan says how much a missing image would fetch: of a real registry, less the layers that are here.

const reason = noRegistry();

describe.skipIf(reason !== undefined)(`bytes to pull ${reason ?? ''}`, () => {
  let home: FleetHome;
  let registry: TestRegistry;
  let mute: Server;
  const web = (tag: string) => small({ name: 'web', image: registry.ref(tag) });

  beforeAll(async () => {
    const mutePort = await freePort();
    mute = createServer(() => undefined).listen(mutePort, '127.0.0.1');
    registry = await TestRegistry.start([`127.0.0.1:${mutePort}`]);
    await registry.fill('2');
    home = await FleetHome.make({ proxy: 'none' });
    await home.commit('one from a registry', {
      'fleet.toml': fleetToml,
      'services/web.toml': web('1'),
      'services/mute.toml': small({ name: 'mute', image: `127.0.0.1:${mutePort}/team/web:1` }),
    });
  });
  afterAll(async () => {
    mute?.close();
    await home?.close();
    await registry?.close();
  });

  /** Sizes of all blobs of a tag, as the registry has them. */
  async function blobs(tag: string): Promise<ReadonlyMap<string, number>> {
    const accept = 'application/vnd.oci.image.manifest.v1+json';
    const answer = await fetch(`http://${registry.at}/v2/team/web/manifests/${tag}`, { headers: { accept } });
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
    await home.commit('a newer one', { 'services/web.toml': web('2') });
    const [before, after] = await Promise.all([blobs('1'), blobs('2')]);
    const missing = [...after].flatMap(([digest, size]) => (before.has(digest) ? [] : [size]));
    expect(missing).toHaveLength(2);
    expect(await pulls()).toEqual({ web: sum(missing) });
    await home.apply(0);
    expect(await pulls()).toEqual({});
  });

  it('the registry is away: unknown, and the plan stands', async () => {
    await registry.stop();
    await home.commit('a third', { 'services/web.toml': web('3') });
    expect(await pulls()).toEqual({ web: null });
  });
});
