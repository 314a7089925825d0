import type { Event, Plan, Principal, Wait } from '@reconcile/core';
import { Failpoint, runPass } from '@reconcile/engine';
import type { Host } from '@reconcile/host';
import { enterGeneration, listJobs, listPins, putJob, putPin, type Registry } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import { storeBlobs } from '../desired/blobs.ts';
import type { Install } from '../desired/model.ts';
import { keepNotes, registryMemory } from '../memory/memory.ts';
import { ensureNodeKey } from '../node/key.ts';
import { nodePaths } from '../node/paths.ts';
import { becomeWriter, type Writer } from '../pass/writer.ts';
import { ageKeyFile } from '../secrets/key.ts';
import { nodeDrivers } from '../wire/drivers/index.ts';
import { nodeKinds } from '../wire/kinds/index.ts';
import type { Copy } from './copy.ts';
import type { DrillPlace } from './places.ts';

/** A pause between tries that is sat out, and for how long after the beginning. */
const shortPauseMs = 5000;
const youngMs = 10_000;

/** What the pass of a drill goes by. */
export interface DrillPass {
  /** Of the node itself. */
  readonly config: NodeConfig;
  readonly install: Install;
  readonly by: Principal;
  /** This node's memory; read, never written. */
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly copy: Copy;
  readonly place: DrillPlace;
  /** With the environment of the podman in that place. */
  readonly inside: Host;
  /** The node's own volumes. */
  readonly volumePath: string;
  readonly emit: (event: Event) => void;
}

/** The ordinary pass with a memory of its own. @returns what was left at its end; undefined: it was cut off */
export async function drillPass(input: DrillPass): Promise<Plan | undefined> {
  const { config: node, copy, inside, install, place, signal, volumePath } = input;
  const config: NodeConfig = {
    ...node,
    stateDir: place.state,
    drivers: { ...node.drivers, proxy: 'none' },
    policy: { ...node.policy, mounts: [...node.policy.mounts, volumePath] },
    ageKeyFile: ageKeyFile(node),
    driverTable: () => undefined,
  };
  const writer = await becomeWriter({ config, host: inside, install, signal, waitMs: 0 });
  try {
    return await passAs(writer, { ...input, config, copy });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    await writer.close();
  }
}

async function passAs({ registry }: Writer, input: DrillPass): Promise<Plan | undefined> {
  const { by, config, copy, emit, inside: host, registry: known, signal } = input;
  const { clock } = host;
  const generation = await begin(registry, input);
  const desired = { ...copy.desired, generation };
  const drivers = await nodeDrivers(config, host);
  const bootId = await host.proc.bootId();
  const prepared = { isDone: false };
  const begunAt = clock.now();
  const report = await runPass({
    desired,
    kinds: await nodeKinds(config),
    drivers: drivers.byKind,
    host,
    context: { host, signal, log: quietLog, node: config.node, fleet: desired.fleet, bootId },
    memory: registryMemory({ registry, desired, bootId, by, now: () => clock.now() }),
    failpoint: new Failpoint(undefined),
    isCurrent: () => true,
    emit,
    scope: (made) => made,
    approve: async () => true,
    prepare: async (made, context) => {
      const paths = nodePaths(config);
      if (!prepared.isDone) {
        for (const dir of [paths.blobs, paths.files, paths.logs]) await host.files.makeDir(dir, { mode: 0o700 });
        await ensureNodeKey(host, paths.nodeKey);
        for (const driver of drivers.observers) {
          const facts = await driver.preflight?.(context);
          if (facts !== undefined) await keepNotes(registry, facts);
        }
      }
      prepared.isDone = true;
      const from = { stateDir: config.stateDir, registry: known, commit: desired.commit, fresh: undefined };
      await storeBlobs(host, made.actions, from);
    },
    patient: (wait) => isPatient(wait, { begunAt, now: clock.now() }),
  });
  return signal.aborted ? undefined : report.whole;
}

/** Where a recovery with this node's registry would begin: what images meant, and which jobs have been run for them. */
async function begin(registry: Registry, { by, copy, inside, registry: known }: DrillPass): Promise<number> {
  const at = inside.clock.now();
  const { desired } = copy;
  const pins = known.read(listPins);
  const jobs = known.read(listJobs);
  return registry.write((rows) => {
    for (const [ref, pin] of Object.entries(pins)) putPin(rows, ref, { ...pin, at });
    for (const [slot, mark] of Object.entries(jobs)) putJob(rows, slot, mark);
    return enterGeneration(rows, { commit: desired.commit, at, by });
  });
}

/** A stage's time is sat out; short pauses between tries only as long as the pass is young. */
function isPatient(
  { code, until }: Wait,
  { begunAt, now }: { readonly begunAt: number; readonly now: number },
): boolean {
  if (until === undefined) return false;
  return code === 'StageNotReady' || (code === 'BackingOff' && until - now <= shortPauseMs && now - begunAt < youngMs);
}

const quietLog = { debug: () => undefined, warn: () => undefined };
