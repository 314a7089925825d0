import type { Wait } from '@reconcile/core';

/** A pause between tries that a person would rather see through than come back for. */
const shortPauseMs = 5_000;

/** Waits that a one-shot pass sits out: for a boot stage's time, and short pauses between tries. */
export function isPatient(wait: Wait): boolean {
  if (wait.until === undefined) return false;
  return wait.code === 'StageNotReady' || (wait.code === 'BackingOff' && wait.until - Date.now() <= shortPauseMs);
}
