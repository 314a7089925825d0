import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dnsmasq, dnsmasq } from '@reconcile/testkit/dns';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, podman, testImage } from '@reconcile/testkit/podman';
import { TestRegistry } from '../e2e/registry.fixture.ts';
import { otherKey } from './disk.ts';
import type { Ground, PassEnd } from './ground.ts';
import { PodmanEye } from './podman-seen.ts';
import type { Seen } from './seen.ts';
import { addresses, filesOf, listeners, origin, type Places, staleTags, tags, type World } from './world.ts';

/** Real rootless podman, HAProxy and dnsmasq in a throw-away world; each pass is the built command as a process of its own. */
export class PodmanGround implements Ground {
  readonly name = 'podman';
  world: World | undefined;
  readonly home: FleetHome;
  readonly #places: Places;
  readonly #registry: TestRegistry;
  readonly #names: Dnsmasq;
  /** Of the plain listener. */
  readonly #ports: readonly [number, number];
  readonly #eye: PodmanEye;
  #wanted: World | undefined;
  #files: Readonly<Record<string, string | undefined>> = {};
  #commit = '';
  /** Deployments whose volumes are gone by now. */
  #tidied = 0;
  #restedAt: number = origin.tag;
  #seen: Seen | undefined;

  static async make(): Promise<PodmanGround> {
    const registry = await TestRegistry.start();
    await registry.fill(...tags.map(String).slice(1));
    await buildTestImage('1');
    const names = await dnsmasq();
    const ports = [await freePort(), await freePort(), await freePort(), await freePort()] as const;
    const home = await FleetHome.make({
      tlsListeners: { [listeners.tls]: `127.0.0.1:${ports[2]}`, [listeners.extra]: `127.0.0.1:${ports[3]}` },
      listeners: { [listeners.plain]: `127.0.0.1:${ports[0]}` },
      mounts: ['/'],
      more: `[drivers.internal-ca]\n[drivers.hosts]\ndir = "${names.hostsDir}"\nserver = "${names.server}"\n`,
    });
    const data = join(home.dir, 'data');
    await mkdir(data);
    await writeFile(join(data, 'precious'), home.dir);
    await mkdir(join(home.state, 'secrets'), { recursive: true, mode: 0o700 });
    await writeFile(join(home.state, 'secrets/extra-pass'), 'hush', { mode: 0o600 });
    const ground = new PodmanGround(home, {
      registry,
      names,
      ports: [ports[0], ports[1]],
      places: { image: testImage('1'), pulled: `${registry.at}/team/web`, data },
      eye: await PodmanEye.open(home, { hostsDir: names.hostsDir, data }),
    });
    await ground.arrange(origin);
    for (const name of ['still-data', 'db-data']) await ground.#eye.fill(name);
    return ground;
  }

  private constructor(
    home: FleetHome,
    parts: {
      readonly registry: TestRegistry;
      readonly names: Dnsmasq;
      readonly ports: readonly [number, number];
      readonly places: Places;
      readonly eye: PodmanEye;
    },
  ) {
    this.home = home;
    this.#registry = parts.registry;
    this.#names = parts.names;
    this.#ports = parts.ports;
    this.#places = parts.places;
    this.#eye = parts.eye;
  }

  async arrange(world: World): Promise<void> {
    await this.want(world);
    const { failures } = await this.pass();
    if (failures.length > 0) throw new Error(`not arranged: ${failures.join('; ')}`);
  }

  async want(world: World): Promise<string> {
    const files = filesOf(world, this.#places);
    const changed = Object.entries(files).filter(([path, text]) => text !== this.#files[path]);
    if (changed.length > 0) this.#commit = await this.home.commit('the next world', Object.fromEntries(changed));
    this.#files = files;
    await this.#configure(world);
    this.#wanted = world;
    return this.#commit;
  }

  async #configure({ address, bind }: World): Promise<void> {
    const before = await readFile(this.home.config, 'utf8');
    const after = before
      .replace(/^loopback = .*$/m, `loopback = "${addresses[address]}"`)
      .replace(
        new RegExp(`^(${listeners.plain} = \\{ bind = \\["127\\.0\\.0\\.1):\\d+`, 'm'),
        `$1:${this.#ports[bind]}`,
      );
    if (after !== before) await writeFile(this.home.config, after, { mode: 0o600 });
  }

  async harm(_what: 'certificate'): Promise<void> {
    this.#seen = undefined;
    await otherKey(join(this.home.state, 'certificates/web.example.net.pem'));
  }

  async pass(rule?: string): Promise<PassEnd> {
    const env: Record<string, string> = rule === undefined ? {} : { RECONCILE_FAILPOINT: rule };
    const { code, stderr, stdout } = await this.home.runWith(env, 'apply', '-y', '-o', 'json');
    // Killed: no exit code at all.
    if (code === -1 && rule !== undefined) {
      this.#seen = undefined;
      return { isCut: true, done: 0, failures: [] };
    }
    const done = doneIn(stdout);
    if (done > 0 || code !== 0) this.#seen = undefined;
    if (code === 0) this.world = this.#wanted;
    return { isCut: false, done, failures: code === 0 ? [] : [`exit ${code}: ${stdout} ${stderr}`] };
  }

  async see(): Promise<Seen> {
    this.#seen ??= await this.#eye.look();
    return this.#seen;
  }

  async rest(): Promise<void> {
    await this.#restImages();
    await this.#restVolumes();
  }

  async #restImages(): Promise<void> {
    const tag = this.world?.tag ?? origin.tag;
    if (tag === this.#restedAt) return;
    this.#restedAt = tag;
    for (const gone of staleTags(tag)) await podman(['rmi', `${this.#places.pulled}:${gone}`]).catch(() => undefined);
  }

  /** Volumes are never removed by us, and a thousand of them make every look slow. */
  async #restVolumes(): Promise<void> {
    const extra = this.world?.extra ?? 0;
    const deploys = this.world?.deploys ?? 0;
    if (deploys - this.#tidied < 20) return;
    const gone = Array.from({ length: deploys - this.#tidied }, (_, n) => this.#tidied + n + 1).filter(
      (n) => n !== extra,
    );
    await podman(['volume', 'rm', ...gone.map((n) => `extra-data-${n}`)]);
    this.#tidied = deploys;
    this.#seen = undefined;
  }

  async close(): Promise<void> {
    await this.home.close();
    await podman(['rmi', '-af']).catch(() => undefined);
    await this.#names.close();
    await this.#registry.close();
  }
}

/** Actions of a pass, from what it says of itself. */
function doneIn(stdout: string): number {
  if (stdout === '') return 0;
  const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { done?: readonly unknown[] };
  return told.done?.length ?? 0;
}
