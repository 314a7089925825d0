import { type Desired, isFleetError, type Principal } from '@reconcile/core';
import {
  asideDir,
  assertNobodyRuns,
  dataSources,
  holdStill,
  listBeside,
  type Manifest,
  type RestoreTarget,
  readManifest,
  type SnapshotContext,
  snapshotFiles,
  stageSnapshot,
  swapSnapshot,
  takeSnapshot,
  verifySnapshot,
} from '@reconcile/drivers/podman/snapshot';
import type { Host } from '@reconcile/host';
import { endUndos, listOverrides, type Registry } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import { fail } from '../errors.ts';
import { nodePaths } from '../node/paths.ts';
import { sayOverride } from '../override/index.ts';
import type { DataOrder, DataResult } from './model.ts';
import { dataOf } from './of-service.ts';

export interface DataContext extends SnapshotContext {
  readonly config: NodeConfig;
  readonly host: Host;
  readonly by: Principal;
  readonly registry: Registry;
  readonly desired: Desired;
  /** Container that fills a slot right now, by the last look. */
  readonly containerOf: (slot: string) => string | undefined;
}

/** Carries out what was ordered of a service's data, as the node's writer. @throws DATA_UNKNOWN, and what snapshots throw */
export async function carryOutData(cx: DataContext, order: DataOrder): Promise<DataResult> {
  switch (order.verb) {
    case 'snapshot':
      return snapshot(cx, order);
    case 'stage':
      return stage(cx, order);
    case 'swap':
      return swap(cx, order);
  }
}

async function snapshot(cx: DataContext, { how, service }: DataOrder & { verb: 'snapshot' }): Promise<DataResult> {
  const { config, desired, host } = cx;
  const { hooks, names } = dataOf(desired, service);
  if (how === 'hook' && hooks.length === 0)
    throw fail('DATA_UNKNOWN', {
      message: `run the hook of ${service}`,
      key: service,
      wanted: 'snapshot_hook in one of its components',
      actual: 'there is none',
      hint: `reconcile snapshot ${service} --stopped`,
    });
  const sources = await dataSources(cx, names);
  const running = hooks.map(({ command, slot }) => ({ command, container: hookContainer(cx, service, slot) }));
  const manifest = await takeSnapshot(cx, {
    subject: service,
    node: config.node,
    how,
    why: 'asked for',
    dir: snapshotDir(config, service),
    id: newId(host),
    sources,
    still: (work) => holdStill(cx, { how, sources, hooks: how === 'hook' ? running : [] }, work),
  });
  return resultOf(manifest, snapshotFiles(snapshotDir(config, service), manifest.id).archive);
}

function hookContainer({ containerOf }: DataContext, service: string, slot: string): string {
  const container = containerOf(slot);
  if (container !== undefined) return container;
  throw fail('DATA_UNKNOWN', {
    message: `run the hook of ${slot}`,
    key: slot,
    wanted: 'its container running',
    actual: 'it does not run',
    hint: `reconcile snapshot ${service} --stopped`,
  });
}

async function stage(cx: DataContext, { from, service }: DataOrder & { verb: 'stage' }): Promise<DataResult> {
  const given = await restoring(cx, service, from);
  await verifySnapshot(cx, given);
  await stageSnapshot(cx, given);
  const stops = stopsOf(cx, service);
  if (stops.length === 0) await sayOverride(cx, { verb: 'stop', target: service, why: restoreWords(given.manifest) });
  // One of ours is there when an earlier restore was cut short.
  const wasStopped = stops.some(({ why }) => why?.startsWith(restoreMark) !== true);
  return { ...resultOf(given.manifest, given.archive), wasStopped };
}

async function swap(
  cx: DataContext,
  { from, keepStopped, service }: DataOrder & { verb: 'swap' },
): Promise<DataResult> {
  const { archive, manifest, targets } = await restoring(cx, service, from);
  const aside = `before-${manifest.id}-${newId(cx.host).slice(0, 16)}`;
  try {
    await assertNobodyRuns(cx, targets);
    await swapSnapshot(cx, targets, aside);
    await cx.registry.write((rows) => endUndos(rows, service));
  } catch (error) {
    // As it was: it may run again. Torn in two: nobody may.
    const isTorn = isFleetError(error) && error.code === 'SNAPSHOT_HALF';
    if (!keepStopped && !isTorn) await letRun(cx, service);
    throw error;
  }
  if (!keepStopped) await letRun(cx, service);
  return { ...resultOf(manifest, archive), aside: `${asideDir}/${aside}` };
}

/** Ends our own stop; somebody may have ended it meanwhile. */
async function letRun(cx: DataContext, service: string): Promise<void> {
  if (stopsOf(cx, service).length > 0) await sayOverride(cx, { verb: 'start', target: service });
}

function stopsOf({ host, registry }: DataContext, service: string) {
  const all = registry.read((rows) => listOverrides(rows, host.clock.now()));
  return all.filter(({ target, verb }) => verb === 'stop' && target === service);
}

const restoreMark = 'its data is being restored';

function restoreWords({ id }: Manifest): string {
  return `${restoreMark} from ${id}; if that was cut short, do it again: reconcile restore`;
}

/** Which archive is meant, and where each of its parts belongs. @throws SNAPSHOT_NONE SNAPSHOT_DAMAGED DATA_UNKNOWN */
async function restoring(cx: DataContext, service: string, from: string) {
  const { names } = dataOf(cx.desired, service);
  const { archive, list } = from.includes('/')
    ? listBeside(from)
    : snapshotFiles(snapshotDir(cx.config, service), from);
  const manifest = await readManifest(cx.host, list);
  const sources = await dataSources(cx, names);
  const targets = manifest.sources.map(({ member, name }): RestoreTarget => {
    const source = sources.find((one) => one.name === name);
    if (source !== undefined) return { ...source, member };
    throw fail('DATA_UNKNOWN', {
      message: `restore ${name} of ${manifest.id}`,
      key: service,
      wanted: `one of ${names.join(', ')}`,
      actual: `${service} has no ${name} any more`,
    });
  });
  return { archive, manifest, targets };
}

function resultOf(manifest: Manifest, archive: string): DataResult {
  const { at, bytes, entries, how, id, sources } = manifest;
  const files = Object.values(entries).filter((sum) => sum !== '').length;
  return {
    id,
    at,
    how,
    bytes,
    archive,
    files,
    archiveBytes: manifest.archive.bytes,
    sources: sources.map(({ name }) => name),
  };
}

/** Of one service; each has its own, so that one does not crowd out another's. */
export function snapshotDir(config: NodeConfig, service: string): string {
  return `${nodePaths(config).snapshots}/${service}`;
}

/** `20261121T181500Z-3fa9`: in the order of time. */
function newId({ clock, ids }: Pick<Host, 'clock' | 'ids'>): string {
  const time = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${ids.random().slice(0, 4)}`;
}
