import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepNotes, registryMemory } from '@reconcile/agent/memory';
import type { Driver, Kind } from '@reconcile/core';
import { kinds } from '@reconcile/core/kinds';
import { blobPath, filesDriver } from '@reconcile/drivers/files';
import { internalCaDriver } from '@reconcile/drivers/internal-ca';
import { ledgerDriver } from '@reconcile/drivers/ledger';
import { podmanDriver } from '@reconcile/drivers/podman';
import type { PodmanClients } from '@reconcile/drivers/podman/client';
import { Failpoint, type Memory, type PassReport, runPass } from '@reconcile/engine';
import { createHost, type Host, type ReadHost } from '@reconcile/host';
import {
  enterGeneration,
  generationOf,
  markSnapshotGood,
  openRegistry,
  type Registry,
  saveSnapshot,
} from '@reconcile/registry';
import { contentHash } from '@reconcile/spec/hash';
import { FakeDns } from '@reconcile/testkit/dns';
import { FakePodman } from '@reconcile/testkit/fakes';
import { FakeProxy } from '@reconcile/testkit/proxy';
import { VirtualClock } from '@reconcile/testkit/worlds';
import { type Compiled, compiledWorld } from './desired.ts';
import { otherKey } from './disk.ts';
import { seeFake } from './fake-seen.ts';
import type { Ground, PassEnd } from './ground.ts';
import { Life } from './life.ts';
import type { Seen } from './seen.ts';
import { origin, type Places, staleTags, type World } from './world.ts';

const by = { issuer: 'unix', subject: '0', kind: 'person', scopes: ['admin'] } as const;
const bootId = 'boot-1';
const quietLog = { debug: () => undefined, warn: () => undefined };

/** In memory where that can be had: every record of the registry waits for its disk. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/**
 * The real drivers over podman, proxy and DNS in memory, which the contract suites keep honest; the real registry and the real
 * authority over real files; no time passes. A killed pass is one whose calls do nothing from then on.
 */
export class FakeGround implements Ground {
  readonly name = 'fake';
  world: World | undefined;
  readonly podman: FakePodman;
  readonly proxy = new FakeProxy<Host>();
  readonly dns = new FakeDns<Host>();
  readonly root: string;
  readonly places: Places;
  readonly #clock = new VirtualClock(1_900_000_000_000);
  readonly #host: Host;
  #wanted: { readonly world: World; readonly compiled: Compiled } | undefined;

  static async make(): Promise<FakeGround> {
    const root = await mkdtemp(join(place, 'reconcile-faults-'));
    for (const dir of [
      'run',
      'data',
      'state/secrets',
      'state/files',
      'state/logs',
      'state/blobs',
      'state/certificates',
    ])
      await mkdir(join(root, dir), { recursive: true, mode: 0o700 });
    await writeFile(join(root, 'state/secrets/extra-pass'), 'hush', { mode: 0o600 });
    await writeFile(join(root, 'data/precious'), root);
    return new FakeGround(root);
  }

  private constructor(root: string) {
    this.root = root;
    this.podman = new FakePodman({ runRoot: join(root, 'run') });
    this.places = {
      image: 'localhost/reconcile-test/web:1',
      pulled: 'registry.example.net/team/web',
      data: join(root, 'data'),
    };
    this.podman.addImage(this.places.image);
    const host = this.podman.host(createHost());
    // Whatever listens on this machine is none of that world's.
    const net: Host['net'] = { ...host.net, listening: async () => [], established: async () => 0 };
    this.#host = { ...host, net, clock: this.#clock };
  }

  async arrange(world: World): Promise<void> {
    await this.want(world);
    for (let pass = 0; pass < 3; pass++) {
      const { done, failures } = await this.pass();
      if (failures.length > 0) throw new Error(`not arranged: ${failures.join('; ')}`);
      if (done === 0) return;
    }
    throw new Error('not arranged: it never comes to rest');
  }

  async want(world: World): Promise<string> {
    const compiled = await compiledWorld(world, this.places);
    this.#wanted = { world, compiled };
    return compiled.snapshot.commit;
  }

  async harm(_what: 'certificate'): Promise<void> {
    await otherKey(join(this.root, 'state/certificates/web.example.net.pem'));
  }

  async pass(rule?: string): Promise<PassEnd> {
    if (this.#wanted === undefined) throw new Error('nothing is wanted yet');
    const { compiled, world } = this.#wanted;
    const life = new Life();
    const registry = openRegistry(join(this.root, 'state/registry.db'), { mode: 'write' });
    const passing = this.#run(compiled, { life, registry, rule });
    const report = await Promise.race([passing.catch((error: unknown) => ({ error })), life.ended]);
    await registry.close();
    if (life.isOver || report === undefined) {
      passing.catch(() => undefined);
      return { isCut: true, done: 0, failures: [] };
    }
    if ('error' in report) return { isCut: false, done: 0, failures: [String(report.error)] };
    const failures = failuresOf(report);
    if (failures.length === 0) this.world = world;
    return { isCut: false, done: report.done.length, failures };
  }

  async #run(
    { desired: compiled, snapshot }: Compiled,
    { life, registry, rule }: { life: Life; registry: Registry; rule: string | undefined },
  ): Promise<PassReport> {
    const { commit } = snapshot;
    const desired = { ...compiled, generation: registry.read((rows) => generationOf(rows, commit)) };
    await saveSnapshot(registry, snapshot);
    await registry.write((rows) => {
      markSnapshotGood(rows, commit);
      enterGeneration(rows, { commit, at: this.#clock.now(), by });
    });
    const host: Host = { ...this.#host, files: life.hold(this.#host.files), kill: life.hold(this.#host).kill };
    const memory = registryMemory({ registry, desired, bootId, by, now: () => this.#clock.now() });
    const drivers = this.#drivers(life);
    let isPrepared = false;
    return runPass({
      desired,
      kinds,
      drivers,
      host,
      context: {
        host,
        signal: new AbortController().signal,
        log: quietLog,
        node: desired.node,
        fleet: desired.fleet,
        bootId,
      },
      memory: heldMemory(life, memory),
      failpoint: new Failpoint(rule, life.end),
      isCurrent: () => true,
      emit: () => undefined,
      scope: (made) => made,
      approve: async () => true,
      prepare: async (_made, context) => {
        for (const driver of isPrepared ? [] : new Set(drivers.values())) {
          const notes = await driver.preflight?.(context);
          if (notes !== undefined) await keepNotes(registry, notes);
        }
        isPrepared = true;
        for (const [path, bytes] of snapshot.files) {
          const blob = blobPath(join(this.root, 'state'), contentHash(bytes));
          if (!path.endsWith('.toml') && (await host.files.stat(blob)) === undefined)
            await host.files.write(blob, bytes, { mode: 0o600 });
        }
      },
      patient: () => true,
    });
  }

  #drivers(life: Life): ReadonlyMap<Kind, Driver<ReadHost, Host>> {
    const state = join(this.root, 'state');
    // None of its worlds has a file with secrets in it.
    const dirs = { stateDir: state, filesDir: join(state, 'files'), filledDir: async () => undefined };
    // What podman was asked for it does, even if who asked is gone by then.
    const clients = this.podman.clients();
    const plain = this.#host;
    const held: PodmanClients = {
      reader: async (_host, signal) => life.hold(await clients.reader(plain, signal)),
      writer: async (_host, signal) => life.hold(await clients.writer(plain, signal)),
    };
    const podman = podmanDriver({
      ...dirs,
      secretsDir: join(state, 'secrets'),
      logsDir: join(state, 'logs'),
      policyMounts: [this.places.data],
      nodeKey: async () => Buffer.from('a key for tests'),
      clients: held,
    });
    const authority = internalCaDriver({
      dir: join(state, 'internal-ca'),
      certificatesDir: join(state, 'certificates'),
      node: 'rift',
      leafDays: 90,
    });
    const drivers = [
      podman,
      filesDriver({ ...dirs, secretValue: async () => undefined }),
      ledgerDriver(),
      this.proxy.driver,
      this.dns.driver,
      authority,
    ];
    const byKind = new Map<Kind, Driver<ReadHost, Host>>();
    for (const driver of drivers.map((one) => life.hold(one as Driver<ReadHost, Host>)))
      for (const kind of driver.serves) if (!byKind.has(kind)) byKind.set(kind, driver);
    const [records, certificates] = [byKind.get('record'), byKind.get('certificate')];
    if (records !== undefined) byKind.set('record:hosts', records);
    if (certificates !== undefined) byKind.set('certificate:internal-ca', certificates);
    return byKind;
  }

  see(): Promise<Seen> {
    return seeFake(this);
  }

  async rest(): Promise<void> {
    const gone = staleTags(this.world?.tag ?? origin.tag).map((tag) => `${this.places.pulled}:${tag}`);
    const { images } = this.podman.state;
    for (const [id, { names }] of images) if (names.some((name) => gone.includes(name))) images.delete(id);
  }

  async close(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

function heldMemory(life: Life, memory: Memory): Memory {
  return life.hold({ ...memory, journal: (made) => life.hold(memory.journal(made)) });
}

function failuresOf({ approved, failed, last }: PassReport): string[] {
  return [
    ...[...failed].map(([id, { code, message }]) => `${id}: ${code} ${message}`),
    ...last.held.map(({ code, message }) => `held ${code}: ${message}`),
    ...last.waiting.map(({ code, key, message }) => `waits ${code} ${key}: ${message}`),
    ...(approved || last.actions.length === 0 ? [] : ['it was not approved']),
    ...last.actions.map(({ id }) => `left to do: ${id}`),
  ];
}
