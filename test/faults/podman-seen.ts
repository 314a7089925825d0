import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PodmanClient, podmanClients } from '@reconcile/drivers/podman/client';
import { createHost, type Host } from '@reconcile/host';
import { lastGoodSnapshot, loadLedger, openRegistry } from '@reconcile/registry';
import type { FleetHome } from '@reconcile/testkit/fleet';
import { podman } from '@reconcile/testkit/podman';
import { digestOf, strayFiles } from './disk.ts';
import { type Seen, type SeenContainer, thingsSeen } from './seen.ts';
import { copiesIn, versionOf } from './versions.ts';
import { listeners } from './world.ts';

interface EyePlaces {
  readonly hostsDir: string;
  /** Host directory that is mounted. */
  readonly data: string;
}

/** Looks at podman's listing, at the kernel's processes and at the files of proxy, names and certificates. */
export class PodmanEye {
  readonly #home: FleetHome;
  readonly #places: EyePlaces;
  readonly #volumes: string;
  readonly #host: Host = createHost();
  /** What was there before us. */
  readonly #strangers = new Set<string>();

  static async open(home: FleetHome, places: EyePlaces): Promise<PodmanEye> {
    const { stdout } = await podman(['info', '--format={{.Store.VolumePath}}']);
    const eye = new PodmanEye(home, places, stdout.trim());
    for (const name of await eye.#kept(await eye.#client())) eye.#strangers.add(name);
    return eye;
  }

  private constructor(home: FleetHome, places: EyePlaces, volumes: string) {
    this.#home = home;
    this.#places = places;
    this.#volumes = volumes;
  }

  #client() {
    return podmanClients('auto').reader(this.#host, AbortSignal.timeout(60_000));
  }

  /** Something in a volume that must never change. */
  async fill(volume: string): Promise<void> {
    await writeFile(join(this.#volumes, volume, '_data', 'precious'), randomUUID());
  }

  async look(): Promise<Seen> {
    const client = await this.#client();
    const [rows, files] = await Promise.all([client.containers(), copiesIn(join(this.#home.state, 'files'))]);
    const containers = await Promise.all(
      rows
        .filter(({ state }) => state !== 'storage')
        .map(async ({ id, labels, name, pid, state }): Promise<SeenContainer> => {
          const ticks = pid === 0 ? undefined : await this.#host.proc.startTicks(pid);
          const isRunning = state === 'running' && ticks !== undefined;
          const slot = labels['io.reconcile.slot'] ?? '';
          return {
            name,
            slot,
            id,
            isRunning,
            process: `${pid} ${ticks}`,
            version: versionOf(labels, files[name] ?? {}),
          };
        }),
    );
    const answers = rows.flatMap(({ name, ports }) => ports.map(({ host, ip }) => [`${ip}:${host}`, name] as const));
    const registry = openRegistry(join(this.#home.state, 'registry.db'), { mode: 'read' });
    const leases = Object.keys(loadLedger(registry).leases).map((key) => key.split('/')[1] ?? '');
    const commit = registry.read(lastGoodSnapshot)?.commit ?? '';
    await registry.close();
    const proxy = await this.#proxy();
    const things = thingsSeen(containers, {
      files: Object.fromEntries(Object.entries(files).map(([name, copies]) => [name, Object.keys(copies)])),
      leases,
      routes: proxy.routes,
      answers: Object.fromEntries(answers),
      plain: [...proxy.listeners, ...(await this.#others(client)), ...(await strayFiles(this.#home.state))],
    });
    const leftovers = rows.filter(({ state }) => state === 'storage').map(({ name }) => name);
    return { containers, leftovers, things, data: await this.#data(), commit };
  }

  async #others(client: Pick<PodmanClient, 'networks' | 'secrets'>): Promise<string[]> {
    const certificates = await readdir(join(this.#home.state, 'certificates'));
    return [
      ...(await this.#kept(client)).filter((name) => !this.#strangers.has(name)),
      ...certificates.map((name) => `certificate ${name.replace(/\.pem$/, '')}`),
      ...(await this.#names()),
    ];
  }

  /** Networks and secrets that podman keeps. */
  async #kept(client: Pick<PodmanClient, 'networks' | 'secrets'>): Promise<string[]> {
    const [networks, secrets] = await Promise.all([client.networks(), client.secrets()]);
    return [
      ...networks.filter(({ name }) => name !== 'podman').map(({ name }) => `network ${name}`),
      ...secrets.map(({ name }) => `secret ${name.replace(/^reconcile-/, '')}`),
    ];
  }

  async #names(): Promise<string[]> {
    const dir = this.#places.hostsDir;
    const texts = await Promise.all((await readdir(dir)).map((name) => readFile(join(dir, name), 'utf8')));
    return texts.flatMap((text) =>
      text
        .split('\n')
        .filter((line) => /^[0-9a-f]/.test(line))
        .map((line) => `name ${line.split(/\s+/)[1]} at ${line.split(/\s+/)[0]}`),
    );
  }

  /** What HAProxy's own configuration says. */
  async #proxy(): Promise<{ routes: Record<string, string[]>; listeners: string[] }> {
    const text = await readFile(join(this.#home.state, 'haproxy/haproxy.cfg'), 'utf8').catch(() => '');
    const routes: Record<string, string[]> = {};
    for (const block of text.split(/^(?=backend )/m).slice(1)) {
      const name = /^ *# \d+ ([a-z0-9.-]+)/m.exec(block)?.[1];
      const servers = [...block.matchAll(/^ *server \S+ (127\.0\.0\.1:\d+)(.*)$/gm)];
      if (name !== undefined)
        routes[name] = servers.filter(([, , rest]) => rest?.includes('disabled') !== true).map(([, at]) => at ?? '');
    }
    const known = Object.values(listeners).map(String);
    const found = [...text.matchAll(/^frontend l(\d+) /gm)].map(([, port]) => port ?? '');
    return {
      routes,
      listeners: [...new Set(found)].filter((port) => known.includes(port)).map((port) => `listener ${port}`),
    };
  }

  async #data(): Promise<Record<string, string>> {
    const volumes = (await readdir(this.#volumes)).map((name) => [name, join(this.#volumes, name, '_data')] as const);
    const all = [...volumes, [this.#places.data, this.#places.data] as const].map(async ([name, dir]) => {
      const bytes = await readFile(join(dir, 'precious')).catch(() => new Uint8Array());
      return [name, digestOf(bytes)] as const;
    });
    return Object.fromEntries(await Promise.all(all));
  }
}
