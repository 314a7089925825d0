import type { KindView, Step, Turn } from '../../model/contract.ts';
import type { Json } from '../../model/json.ts';
import type { SlotKey } from '../../model/resource.ts';
import type { RestoreArgs, SnapshotArgs } from './args.ts';
import type { ContainerCare, ContainerSpec, ContainerState } from './spec.ts';

type ContainerTurn = Turn<ContainerSpec, ContainerState, ContainerCare>;

/** For what goes through all the data, ms. */
const dataTimeoutMs = 6 * 3_600_000;

/**
 * `update.snapshot`: what has to happen to the data before this version starts (specs/0054). First back to what it was, if a
 * version that is known to be bad ran on it; then saved, if this one takes the place of a good one. One that ran already is not
 * saved for again: its data is no longer the good one's.
 */
export function dataSteps(turn: ContainerTurn, view: KindView): Step[] {
  const { desired } = turn;
  if (desired === undefined) return [];
  const slot = view.slot(turn.slot);
  const { specHash } = desired;
  const undo = slot?.undo;
  const name = turn.key.slice('container/'.length);
  const steps: Step[] = [];
  const isBad = slot?.knownBad.some((bad) => bad.specHash === undo?.specHash) === true;
  if (undo?.started === true && undo.specHash !== specHash && isBad) {
    const args: RestoreArgs = { name, snapshot: undo.snapshot };
    steps.push(dataStep('restore', args));
  }
  const good = slot?.lastGood?.resource.specHash;
  const isProven = good === undefined || good === specHash;
  const hasRun = undo?.started === true && undo.specHash === specHash;
  if (turn.type !== 'make' || desired.care?.update.snapshot !== true || isProven || hasRun) return steps;
  const sources = ownSources(desired.spec, turn.slot, view);
  if (sources.length === 0) return steps;
  const args: SnapshotArgs = { name, snapshot: `before-${specHash.slice(0, 8)}`, sources, specHash };
  return [...steps, dataStep('snapshot', args)];
}

/** What nobody else may write to: the rollback of one must not take back what another wrote. */
function ownSources(spec: ContainerSpec, slot: SlotKey, { desired }: KindView): string[] {
  const others = Object.values(desired.resources)
    .filter((one) => one.kind === 'container' && one.slot !== slot)
    .flatMap(({ spec: other }) => writable(other as unknown as ContainerSpec));
  return [...new Set(writable(spec))].filter((source) => !others.includes(source)).sort();
}

function writable({ mounts }: ContainerSpec): string[] {
  return mounts.flatMap(({ readOnly, source }) => (readOnly ? [] : [source]));
}

function dataStep(verb: 'snapshot' | 'restore', args: SnapshotArgs | RestoreArgs): Step {
  return { verb, phase: 'make', args: args as unknown as Json, risk: 'safe', timeoutMs: dataTimeoutMs };
}
