import type { Wait } from '@reconcile/core';

/** A pause between tries that a person would rather see through than come back for. */
const shortPauseMs = 5_000;

/** Waits that a one-shot pass sits out: for a boot stage's time, and short pauses between tries. */
export function isPatient(wait: Wait): boolean {
  if (wait.until === undefined) return false;
  return wait.code === 'StageNotReady' || (wait.code === 'BackingOff' && wait.until - Date.now() <= shortPauseMs);
}

/** How old a pass may be and still sit out pauses between tries: a gate of minutes is not waited for a second time. */
const youngMs = 10_000;

/** The patience of one pass that begins now. */
export function patience(): (wait: Wait) => boolean {
  const startedAt = Date.now();
  return (wait) => isPatient(wait) && (wait.code === 'StageNotReady' || Date.now() - startedAt < youngMs);
}
