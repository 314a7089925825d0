import type { Desired, Event, Plan, Principal, Wait } from '@reconcile/core';
import { podmanFacts } from '@reconcile/drivers/podman/doctor';
import { Failpoint, runPass } from '@reconcile/engine';
import type { Host } from '@reconcile/host';
import { openRegistry, type Registry } from '@reconcile/registry';
import type { NodeConfig } from '../../config/model.ts';
import { storeBlobs } from '../../desired/blobs.ts';
import type { Loaded } from '../../desired/model.ts';
import { registryMemory } from '../../memory/memory.ts';
import { ensureNodeKey } from '../../node/key.ts';
import { nodePaths } from '../../node/paths.ts';
import { nodeDrivers } from '../../wire/drivers/index.ts';
import { nodeKinds } from '../../wire/kinds/index.ts';
import { drillDesired } from './desired.ts';
import { makePlace, removePlace } from './storage.ts';

export interface DrillInput {
  readonly config: NodeConfig;
  /** The real one: to look at podman, to make and remove the place. */
  readonly host: Host;
  /** The same with another environment and runtime directory. */
  readonly hostFor: (env: Readonly<Record<string, string>>, runtimeDir: string) => Host;
  readonly nativeBinding?: string | undefined;
  readonly desired: Desired;
  readonly loaded: Loaded;
  /** The real one, read-only: contents of files. */
  readonly registry: Registry;
  readonly by: Principal;
  readonly signal: AbortSignal;
  readonly patient: (wait: Wait) => boolean;
  readonly begin: (made: Plan) => void;
  readonly emit: (event: Event) => void;
}

export interface DrillReport {
  /** From nothing to the last gate, ms: what a recovery of this node would take. */
  readonly tookMs: number;
  readonly containers: number;
  readonly ready: readonly string[];
  /** Slots that did not get ready, with the reason; their data is read-only here, which is reason enough for some. */
  readonly late: readonly { readonly slot: string; readonly why: string }[];
  /** On the host's network: started without one. */
  readonly withoutNetwork: readonly string[];
  /** Images that would have had to be pulled. */
  readonly missingImages: readonly string[];
}

/** Recovers this node from nothing on a throw-away copy, and takes it away again. The node itself is only read. */
export async function drill(input: DrillInput): Promise<DrillReport> {
  const { config, host, signal } = input;
  const store = await podmanFacts(host, signal);
  const at = { dir: `${config.stateDir}/drill`, runtimeDir: `${host.home.runtimeDir}/drill` };
  await sweep(host, at);
  const place = await makePlace(host, at, store);
  try {
    return await rehearse(input, place, store.volumePath);
  } finally {
    await removePlace(input.hostFor(place.env, place.runtimeDir), place);
  }
}

/** What a drill that was killed left behind. */
async function sweep(host: Host, at: { dir: string; runtimeDir: string }): Promise<void> {
  if ((await host.files.stat(at.dir)) === undefined) return;
  const env = {
    CONTAINERS_STORAGE_CONF: `${at.dir}/storage.conf`,
    CONTAINERS_CONF: `${at.dir}/containers.conf`,
    XDG_RUNTIME_DIR: at.runtimeDir,
  };
  await removePlace(host, { ...at, env });
}

async function rehearse(
  input: DrillInput,
  place: { readonly dir: string; readonly runtimeDir: string; readonly env: Readonly<Record<string, string>> },
  volumePath: string,
): Promise<DrillReport> {
  const { nativeBinding, registry: real } = input;
  const host = input.hostFor(place.env, place.runtimeDir);
  const config: NodeConfig = {
    ...input.config,
    stateDir: `${place.dir}/state`,
    drivers: { ...input.config.drivers, proxy: 'none' },
    policy: { ...input.config.policy, mounts: ['/'] },
    driverTable: () => undefined,
  };
  const desired = drillDesired(input.desired, {
    ...(await ports(host)),
    volumeDir: await volumes(host, { volumePath, desired: input.desired }),
  });
  await host.files.makeDir(config.stateDir, { mode: 0o700 });
  const paths = nodePaths(config);
  const registry = openRegistry(paths.registry, {
    mode: 'write',
    ...(nativeBinding === undefined ? {} : { nativeBinding }),
  });
  const startedAt = performance.now();
  try {
    const bootId = await host.proc.bootId();
    const report = await runPass({
      desired,
      kinds: await nodeKinds(config),
      drivers: (await nodeDrivers(config, host)).byKind,
      host,
      context: {
        host,
        signal: input.signal,
        log: { debug: () => undefined, warn: () => undefined },
        node: desired.node,
        fleet: desired.fleet,
        bootId,
      },
      memory: registryMemory({ registry, desired, bootId, by: input.by, now: () => host.clock.now() }),
      failpoint: new Failpoint(undefined),
      isCurrent: () => true,
      emit: input.emit,
      scope: (made) => made,
      approve: async (made) => {
        input.begin(made);
        return true;
      },
      prepare: async (made) => {
        for (const dir of [paths.blobs, paths.files, paths.logs]) await host.files.makeDir(dir, { mode: 0o700 });
        await ensureNodeKey(host, paths.nodeKey);
        await storeBlobs(host, made.actions, {
          stateDir: config.stateDir,
          registry: real,
          commit: desired.commit,
          fresh: input.loaded.fresh?.snapshot,
        });
      },
      patient: input.patient,
    });
    return reportOf(input.desired, desired, { report, tookMs: performance.now() - startedAt });
  } finally {
    await registry.close();
  }
}

function reportOf(
  before: Desired,
  desired: Desired,
  { report, tookMs }: { report: Awaited<ReturnType<typeof runPass>>; tookMs: number },
): DrillReport {
  const wanted = Object.values(desired.resources).filter(({ kind }) => kind === 'container');
  const why = (slot: string) =>
    report.last.waiting.find((wait) => wait.slot === slot)?.message ??
    report.last.held.find(({ slots }) => slots.includes(slot))?.message ??
    [...report.failed].find(([id]) => id.startsWith(`${wanted.find((one) => one.slot === slot)?.key}#`))?.[1].message;
  const open = new Set([
    ...report.last.waiting.map(({ slot }) => slot),
    ...report.last.changes.filter(({ kind }) => kind === 'container').map(({ slot }) => slot),
  ]);
  return {
    tookMs,
    containers: wanted.length,
    ready: wanted.flatMap(({ slot }) => (open.has(slot) ? [] : [slot])).sort(),
    late: wanted.flatMap(({ slot }) => (open.has(slot) ? [{ slot, why: why(slot) ?? 'not ready in time' }] : [])),
    withoutNetwork: Object.values(before.resources).flatMap(({ kind, slot, spec }) =>
      kind === 'container' && (spec as { network?: unknown }).network === 'host' ? [slot] : [],
    ),
    missingImages: report.first.actions.flatMap(({ key, verb }) =>
      verb === 'pull' || verb === 'build' ? [key.slice('image/'.length)] : [],
    ),
  };
}

/** From above what leases begin with, so that a node that comes up meanwhile finds its own ports free. */
async function ports(host: Host): Promise<{ freePort: () => number }> {
  const busy = new Set((await host.net.listening()).map(({ port }) => port));
  let next = 26_000;
  return {
    freePort() {
      while (busy.has(next)) next++;
      return next++;
    },
  };
}

async function volumes(
  host: Host,
  { desired, volumePath }: { desired: Desired; volumePath: string },
): Promise<(name: string) => string | undefined> {
  const names = Object.values(desired.resources).flatMap(({ key, kind }) =>
    kind === 'volume' ? [key.slice('volume/'.length)] : [],
  );
  const known = new Map<string, string>();
  for (const name of names) {
    const dir = `${volumePath}/${name}/_data`;
    if (!name.startsWith('/') && (await host.files.stat(dir).catch(() => undefined)) !== undefined)
      known.set(name, dir);
  }
  return (name) => known.get(name);
}
