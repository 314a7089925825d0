import type { Attempt, Hold, KnownBad, SlotKey, Wait } from '@reconcile/core';
import { type ContainerSpec, upgradeContainer } from '@reconcile/core/kinds/container';
import { duration, type Grade, momentText, type Standing, versionOf, type Zone } from '@reconcile/core/render';
import { reachedAs } from './reached.ts';
import {
  edgeLack,
  isLeaving,
  mainContainer,
  type Scene,
  type SeenContainer,
  slotName,
  type WantedContainer,
} from './scene.ts';
import { changeText, flappingText, rootOf, shortReason, waitText } from './words.ts';

/** How the container of a slot stands. `wanted` is undefined for one that nobody declares any more. */
export function containerStanding(
  scene: Scene,
  slot: SlotKey,
  { stage, zone }: { stage: string | undefined; zone: Zone },
): Standing {
  const wanted = scene.wanted.get(slot) as unknown as WantedContainer | undefined;
  const seen = mainContainer(scene, slot);
  const spec = specOf(seen) ?? wanted?.spec;
  const container = seen === undefined ? '' : seen.key.slice('container/'.length);
  const isUp = seen?.state.phase === 'running' && seen.state.alive;
  const found = withFlapping({ scene, slot, wanted, seen, zone });
  const isGone = isLeaving(scene, slot);
  const other = otherVersion(scene, { slot, wanted, seen });
  return {
    slot,
    name: slotName(scene, slot),
    service: slot.split('/')[0] ?? slot,
    kind: 'container',
    ...(isGone ? { isLeaving: true as const } : {}),
    stage: stage ?? (isGone ? 'undeclared' : ''),
    ...found,
    health: isUp ? (seen?.health ?? 'none') : 'none',
    container,
    version: spec === undefined || (seen === undefined && other !== undefined) ? '' : versionOf(spec.image),
    ...(other === undefined ? {} : { other }),
    ...(isUp && seen !== undefined ? { startedAt: seen.state.startedAt } : {}),
    reachedAs: spec === undefined || wanted?.active === false ? [] : reachedAs(scene, slot, { spec, container }),
  };
}

export function specOf(seen: SeenContainer | undefined): ContainerSpec | undefined {
  return seen?.spec === undefined ? undefined : upgradeContainer(seen.spec, seen.schema ?? 0);
}

interface Case {
  readonly scene: Scene;
  readonly slot: SlotKey;
  readonly wanted: WantedContainer | undefined;
  readonly seen: SeenContainer | undefined;
  readonly zone: Zone;
}

type Judgement = Pick<Standing, 'grade' | 'state' | 'note'>;

/** Who keeps dying is not well in between; the reason that it has besides goes along. */
function withFlapping(of: Case): Judgement {
  const { scene, slot, wanted, zone } = of;
  const found = judge(of);
  const history = scene.history.slots[slot];
  if (history?.flappingSince === undefined || wanted === undefined || wanted.active === false) return found;
  const grade = found.grade === 'well' || found.grade === 'changing' ? 'waiting' : found.grade;
  const note = `since ${momentText(history.flappingSince, scene.now, zone)}: ${flappingText(history)}`;
  return { grade, state: 'flapping', note: found.note === '' ? note : `${note}; ${found.note}` };
}

/** Holds before waits before changes: the first is what a person has to do something about. */
function judge(of: Case): Judgement {
  const { scene, slot, seen, wanted } = of;
  const state = stateWord(of);
  const hold = scene.holds.get(slot);
  const wait = scene.waits.get(slot);
  const [change] = scene.changes.get(slot) ?? [];
  const lack = edgeLack(scene, slot);
  if (lack !== undefined) return { grade: 'waiting', state: 'waiting', note: lack.message };
  if (wait?.code === 'PolicyRefused')
    return { grade: 'refused', state: seen === undefined ? 'refused' : state, note: wait.message };
  if (hold !== undefined) return held(of, hold, state);
  if (wanted === undefined)
    return { grade: 'leaving', state, note: 'not declared any more; to be removed, its data stays' };
  if (wanted.active === false) return inactive(of, state);
  if (wait !== undefined) return waiting(of, wait, state);
  if (seen !== undefined && isBroken(seen)) return { grade: 'failing', state, note: brokenText(of, seen) };
  const attempt = scene.history.attempts[slot];
  if (attempt !== undefined && state !== 'running') return { grade: 'failing', state, note: attemptText(of, attempt) };
  if (change !== undefined) return { grade: 'changing', state, note: changeText(change) };
  if (seen === undefined)
    return { grade: 'waiting', state: 'missing', note: 'not there, and nothing is planned for it' };
  if (state === 'exited' && seen.state.exitCode !== 0)
    return {
      grade: 'failing',
      state,
      note: `exited ${seen.state.exitCode}, restart = "${wanted.care?.restart ?? 'no'}"`,
    };
  return { grade: 'well', state, note: '' };
}

function stateWord({ scene, seen, slot, wanted }: Case): string {
  if (seen === undefined) {
    const wait = scene.waits.get(slot);
    if (wanted?.active === false) return 'stopped';
    if (wait === undefined) return scene.history.slots[slot]?.lastGood === undefined ? 'new' : 'gone';
    return wait.code === 'Blind' ? 'unknown' : wait.code === 'BackingOff' ? 'backoff' : 'waiting';
  }
  const { alive, exitCode, phase } = seen.state;
  if (phase === 'running') return alive ? (seen.health === 'starting' ? 'starting' : 'running') : 'dead';
  if (phase === 'exited' && scene.waits.get(slot)?.code === 'BackingOff') return 'backoff';
  if (phase === 'exited' && wanted?.active === false) return 'stopped';
  if (phase === 'exited' && exitCode === 0 && wanted?.care?.restart !== 'always') return 'exited';
  return phase;
}

function held({ scene, slot, wanted, zone }: Case, hold: Hold, state: string): Judgement {
  if (hold.code !== 'KnownBad') return { grade: 'held', state, note: `${hold.id}: ${hold.message}` };
  const bad = badVersion(scene, slot, wanted);
  const when = bad === undefined ? '' : `, rolled back ${momentText(bad.at, scene.now, zone)}`;
  const why = shortReason(hold.message, { key: hold.keys[0] ?? `container/${slot}`, slot });
  return {
    grade: 'rolled back',
    state,
    note: `${wanted === undefined ? '' : `${versionOf(wanted.spec.image)} `}bad${when}: ${why}`,
  };
}

export function badVersion(scene: Scene, slot: SlotKey, wanted: WantedContainer | undefined): KnownBad | undefined {
  return scene.history.slots[slot]?.knownBad.findLast((bad) => bad.specHash === wanted?.specHash);
}

function inactive({ scene, seen, slot }: Case, state: string): Judgement {
  const [change] = scene.changes.get(slot) ?? [];
  if (change !== undefined) return { grade: 'changing', state, note: `active = false; ${changeText(change)}` };
  const since =
    seen === undefined || seen.state.exitedAt === 0 ? '' : `, ${duration(scene.now - seen.state.exitedAt)} ago`;
  return { grade: 'well', state, note: `active = false${since}` };
}

function waiting({ scene, seen }: Case, wait: Wait, state: string): Judgement {
  const isFailing = wait.code === 'BackingOff' || wait.code === 'JobFailed' || wait.code === 'Unhealthy';
  const serves = seen?.state.phase === 'running' && seen.state.alive && seen.health !== 'unhealthy';
  const grade: Grade = isFailing && !serves ? 'failing' : 'waiting';
  return { grade, state, note: waitText(rootOf(scene.plan.waiting, wait), scene.now) };
}

function isBroken({ health, state }: SeenContainer): boolean {
  return state.phase === 'running' && (!state.alive || health === 'unhealthy');
}

function brokenText({ scene, slot }: Case, seen: SeenContainer): string {
  if (!seen.state.alive) return 'podman says running, but its process is gone; to be made anew';
  const expired = scene.history.slots[slot]?.gateExpired;
  return expired?.key === seen.key ? shortReason(expired.reason, seen) : 'its probe fails';
}

/** It failed and is due again: a pass would try it now. */
function attemptText({ seen, slot }: Case, { failures, message }: Attempt): string {
  const times = failures === 1 ? 'failed' : `failed ${failures} times`;
  return `${times}: ${shortReason(message, { key: seen?.key ?? `container/${slot}`, slot })}; due again`;
}

/** The version that went bad, or the one that is to come, where it differs from what is there. */
function otherVersion(
  scene: Scene,
  { seen, slot, wanted }: { seen: SeenContainer | undefined; slot: SlotKey; wanted: WantedContainer | undefined },
): Standing['other'] {
  if (wanted === undefined || wanted.active === false) return undefined;
  const version = versionOf(wanted.spec.image);
  const runs = specOf(seen);
  if (scene.holds.get(slot)?.code === 'KnownBad') return { version, is: 'bad' };
  return runs === undefined || versionOf(runs.image) === version ? undefined : { version, is: 'next' };
}
