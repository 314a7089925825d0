import type { Facts } from '@reconcile/core';
import type { RestoreArgs, SnapshotArgs } from '@reconcile/core/kinds/container';
import {
  dataSources,
  readManifest,
  snapshotFiles,
  stageSnapshot,
  swapSnapshot,
  takeSnapshot,
  verifySnapshot,
} from '../snapshot/index.ts';
import { argsOf, type Work } from './context.ts';

// The data of a slot around an update (specs/0054). The plan has stopped whoever writes to it.

export async function snapshotData(work: Work): Promise<Facts> {
  const { action, cx } = work;
  const { name, snapshot, sources } = argsOf<SnapshotArgs>(action);
  await takeSnapshot(cx, {
    subject: action.slot,
    node: cx.node,
    how: 'stopped',
    why: `before ${name}`,
    dir: dirOf(work),
    id: snapshot,
    sources: await dataSources(cx, sources),
    still: (read) => read(),
  });
  return {};
}

export async function restoreData(work: Work): Promise<Facts> {
  const { action, cx } = work;
  const { snapshot } = argsOf<RestoreArgs>(action);
  const { archive, list } = snapshotFiles(dirOf(work), snapshot);
  const manifest = await readManifest(cx.host, list);
  const sources = await dataSources(
    cx,
    manifest.sources.map(({ name }) => name),
  );
  const targets = sources.map((source, at) => ({ ...source, member: manifest.sources[at]?.member ?? '' }));
  const restoring = { archive, manifest, targets };
  await verifySnapshot(cx, restoring);
  await stageSnapshot(cx, restoring);
  await swapSnapshot(cx, targets, `rolled-back-${snapshot}`);
  return {};
}

function dirOf({ action, settings }: Work): string {
  return `${settings.stateDir}/snapshots/${action.slot.split('/')[0] ?? action.slot}`;
}
