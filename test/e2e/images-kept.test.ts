import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { podman } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fleetToml, small } from './bad.fixture.ts';
import { noRegistry, TestRegistry } from './registry.fixture.ts';

// Images kept: the present one and the one before. Never one that somebody else runs, named or brought.

const reason = noRegistry();

describe.skipIf(reason !== undefined)(`images kept ${reason ?? ''}`, () => {
  let home: FleetHome;
  let registry: TestRegistry;
  let port: number;

  beforeAll(async () => {
    registry = await TestRegistry.start();
    await registry.fill('2', '3', '4', '5', '6');
    port = await freePort();
    home = await FleetHome.make({ proxy: 'none' });
    await home.commit('fleet', { 'fleet.toml': fleetToml });
  });
  afterAll(async () => {
    await home?.close();
    await podman(['rmi', '-af']);
    await registry?.close();
  });

  /** Tags of team/web that are here. */
  async function tags(): Promise<string[]> {
    const { stdout } = await podman(['images', '--format', '{{.Repository}} {{.Tag}}']);
    return stdout
      .split('\n')
      .flatMap((line) => (line.startsWith(`${registry.at}/team/web `) ? (line.split(' ')[1] ?? []) : []))
      .sort();
  }

  async function become(tag: string, wanted = 0, mode = 'serve'): Promise<void> {
    const more = `env = { MODE = "${mode}" }`;
    await home.commit(tag, { 'services/web.toml': small({ name: 'web', image: registry.ref(tag), port, more }) });
    await home.apply(wanted);
  }

  it('the present one and the one before stay, and the plan says which goes', async () => {
    await become('1');
    await become('2');
    expect(await tags()).toEqual(['1', '2']);
    await home.commit('3', { 'services/web.toml': small({ name: 'web', image: registry.ref('3'), port }) });
    const gone = (await home.plan()).actions.filter((action) => action.kind === 'image' && action.verb === 'delete');
    expect(gone.map((action) => [action.key, action.risk])).toEqual([[`image/${registry.ref('1')}`, 'safe']]);
    await home.apply(0);
    expect(await tags()).toEqual(['2', '3']);
    expect((await home.plan()).actions).toEqual([]);
  });

  it('a version that never gets ready takes nothing away', async () => {
    await become('4', 3, 'silent');
    expect(await tags()).toEqual(['2', '3', '4']);
    expect((await home.plan()).held.map((hold) => hold.code)).toEqual(['KnownBad']);
  });

  it('what a person named, runs or brought stays; what we brought and nothing needs goes', async () => {
    await podman(['tag', registry.ref('2'), 'localhost/mine:1']);
    await podman(['run', '-d', '--name', 'theirs', registry.ref('3')]);
    await podman(['pull', '-q', registry.ref('6')]);
    await become('5');
    expect(await tags()).toEqual(['2', '3', '4', '5', '6']);
    await podman(['rm', '-f', '-t', '0', 'theirs']);
    await home.apply(0);
    expect(await tags()).toEqual(['2', '4', '5', '6']);
    expect((await podman(['image', 'exists', 'localhost/mine:1'])).stderr).toBe('');
    expect((await home.plan()).exit).toBe(0);
  });
});
