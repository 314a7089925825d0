import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import {
  type Action,
  type ApplyContext,
  type Desired,
  type Driver,
  defaultBlast,
  type Facts,
  type Json,
  type Kind,
  type KindDefinition,
  type Log,
  type ObserveContext,
  type Resource,
  type ResourceKey,
} from '@reconcile/core';
import { kinds } from '@reconcile/core/kinds';
import { blobPath, type FilesSettings, filesDriver } from '@reconcile/drivers/files';
import { ledgerDriver } from '@reconcile/drivers/ledger';
import { podmanDriver } from '@reconcile/drivers/podman';
import type { PodmanClients, Transport } from '@reconcile/drivers/podman/client';
import { readSecretFile, secretMark } from '@reconcile/drivers/podman/secrets';
import type { Host, ReadHost } from '@reconcile/host';
import { recordingHost } from '@reconcile/host/recording';
import { NodeLedger } from './node-ledger.ts';

export interface NodeWorldOptions {
  readonly host: Host;
  readonly clients?: PodmanClients;
  readonly transport?: Transport;
  /** Host directories that may be mounted. */
  readonly policyMounts?: readonly string[];
}

export const nodeMaker = { fleet: 'lawful', node: 'rift' } as const;
export const bootId = 'boot-1';

/** The drivers of one node over one podman, with a ledger that remembers what they leave. */
export class NodeWorld {
  readonly root: string;
  /** Copies with secrets in them: real memory. */
  readonly filled: string;
  readonly host: Host;
  readonly clients: PodmanClients | undefined;
  readonly ledger = new NodeLedger();
  readonly kinds: readonly KindDefinition[] = kinds;
  readonly driver: Driver<ReadHost, Host>;
  readonly warnings: string[] = [];
  readonly #resources = new Map<ResourceKey, Resource>();
  readonly #drivers: ReadonlyMap<Kind, Driver<ReadHost, Host>>;

  static async make(options: NodeWorldOptions): Promise<NodeWorld> {
    const root = await mkdtemp(`${tmpdir()}/reconcile-node-`);
    for (const dir of ['secrets', 'files', 'logs', 'state/blobs'])
      await mkdir(`${root}/${dir}`, { recursive: true, mode: 0o700 });
    const filled = await mkdtemp('/dev/shm/reconcile-node-');
    return new NodeWorld({ root, filled: `${filled}/filled` }, options);
  }

  private constructor({ filled, root }: { root: string; filled: string }, options: NodeWorldOptions) {
    this.root = root;
    this.filled = filled;
    this.host = options.host;
    this.clients = options.clients;
    const filledDir = async () => this.filled;
    const dirs = { stateDir: `${root}/state`, filesDir: `${root}/files`, filledDir };
    const secretsDir = `${root}/secrets`;
    const key = Buffer.from('a key for tests');
    const podman = podmanDriver({
      ...dirs,
      secretsDir,
      logsDir: `${root}/logs`,
      policyMounts: options.policyMounts ?? [],
      nodeKey: async () => key,
      ...(options.clients === undefined ? {} : { clients: options.clients }),
      ...(options.transport === undefined ? {} : { transport: options.transport }),
    });
    const secretValue: FilesSettings['secretValue'] = async (host, name) => {
      const content = await readSecretFile(host, secretsDir, name);
      return content === undefined ? undefined : { content, mark: secretMark(content, key) };
    };
    const drivers = [podman, filesDriver({ ...dirs, secretValue }), ledgerDriver()];
    this.#drivers = new Map(
      [...drivers].reverse().flatMap((driver) => driver.serves.map((kind) => [kind, driver] as const)),
    );
    this.driver = {
      ...podman,
      serves: [...this.#drivers.keys()],
      observe: async (cx) => {
        const seen = await Promise.all(drivers.map((driver) => driver.observe(cx)));
        Object.assign(this.ledger.notes, ...seen.map((one) => one.notes ?? {}));
        return { resources: seen.flatMap((one) => one.resources) };
      },
      apply: (cx, action) => this.#apply(cx, action),
    };
  }

  /** As an engine does: intent, effect, tick, and what may go after it. */
  async #apply(cx: ApplyContext<Host>, action: Action): Promise<Facts | undefined> {
    const driver = this.#drivers.get(action.kind);
    if (driver === undefined) throw new Error(`no driver for ${action.kind}`);
    if (action.verb === 'create')
      this.want(action.key, (action.args as { spec?: Json }).spec ?? { name: action.key.split('/')[1] ?? '' });
    this.ledger.begin(action);
    const facts = await driver.apply(cx, action);
    this.ledger.done(action, facts);
    if (action.verb === 'delete') this.#resources.delete(action.key);
    await driver.settled?.(this.applying(cx.signal), action);
    return facts;
  }

  /** The driver of one kind, without ledger: as if the pass died right after its effect. */
  bare(kind: Kind): Driver<ReadHost, Host> {
    const driver = this.#drivers.get(kind);
    if (driver === undefined) throw new Error(`no driver for ${kind}`);
    return driver;
  }

  want(key: ResourceKey, spec: Json, services: readonly string[] = ['svc']): void {
    const kind = key.slice(0, key.indexOf('/'));
    if (kind === 'file' || kind === 'port-lease') return;
    this.#resources.set(key, { key, kind, slot: key, services, spec, specHash: '', references: [], claims: [] });
  }

  /** Content into the blob store; its hash. */
  async blob(content: string): Promise<string> {
    const hash = createHash('sha256').update(content).digest('hex');
    await writeFile(blobPath(`${this.root}/state`, hash), content, { mode: 0o600 });
    return hash;
  }

  observing(): ObserveContext<ReadHost> {
    return this.#context(recordingHost(this.host, { refuseWrites: true }), new AbortController().signal);
  }

  applying(signal: AbortSignal = new AbortController().signal): ApplyContext<Host> {
    return this.#context(this.host, signal);
  }

  #context<H>(host: H, signal: AbortSignal): ObserveContext<H> {
    const log: Log = { debug: () => {}, warn: (message) => void this.warnings.push(message) };
    return {
      ...nodeMaker,
      host,
      signal,
      log,
      bootId,
      now: this.host.clock.now(),
      desired: this.#desired(),
      ledger: this.ledger.view(),
    };
  }

  #desired(): Desired {
    return {
      ...nodeMaker,
      generation: 1,
      commit: '',
      stages: [],
      services: {},
      resources: Object.fromEntries(this.#resources),
      refusals: [],
      absences: [],
      allows: [],
      policy: { mounts: [], images: ['*'], flags: [], blast: defaultBlast },
    };
  }

  async close(): Promise<void> {
    for (const dir of [this.root, dirname(this.filled)]) await rm(dir, { recursive: true, force: true });
  }
}
