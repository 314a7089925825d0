import type { Json } from '@reconcile/core';

/** Where the ledger keeps which containers were taken over: `{ <id>: <name> }`. */
export const adoptedNote = 'podman/adopted';

/** Ids of containers that somebody else made and that are ours by an explicit `adopt` (specs/0045). */
export function adoptedIds(notes: Readonly<Record<string, Json>>): ReadonlySet<string> {
  const note = notes[adoptedNote];
  return new Set(typeof note === 'object' && note !== null && !Array.isArray(note) ? Object.keys(note) : []);
}
