import type { Known } from '@reconcile/agent/doctor';
import { errorText, isFleetError } from '@reconcile/core';
import { listEvents, listNotes, listTokens, type Registry } from '@reconcile/registry';
import type { CliContext } from '../frame/context.ts';
import { lookAround, remember } from '../frame/node.ts';

/** A part of the node that could not be had, and why: what hangs on it is not checked. */
export interface Missed {
  readonly what: string;
  readonly why: string;
}

/** As much of the node as there is; each part that is missing leaves the others. */
export async function gatherKnown(cx: CliContext): Promise<{ known: Known; missed: readonly Missed[] }> {
  const missed: Missed[] = [];
  let known: Known = {};
  let registry: Registry | undefined;
  try {
    const memory = await remember(cx);
    ({ registry } = memory);
    known = { config: memory.config, ...remembered(memory.registry) };
    for (const notice of memory.registry.notices)
      missed.push({ what: 'registry', why: `${notice.code}: ${notice.reason}` });
  } catch (error) {
    const isNone = isFleetError(error) && error.code === 'CONFIG_NONE';
    const what = isFleetError(error) && error.code.startsWith('CONFIG') ? 'node.toml' : 'registry';
    missed.push({ what, why: isNone ? 'there is none: reconcile init writes one' : reason(error) });
    if (what === 'node.toml') return { known, missed };
  }
  try {
    const { desired, loaded, seen } = await lookAround(cx, { withEdits: true });
    known = { ...known, desired, loaded, seen };
  } catch (error) {
    missed.push({ what: 'the node as it is', why: reason(error) });
  } finally {
    await registry?.close();
  }
  return { known, missed };
}

function remembered(registry: Registry): Partial<Known> {
  return registry.read((rows) => {
    const last = listEvents(rows, { limit: 1 }).at(-1)?.event.at;
    const tokens = listTokens(rows).flatMap(({ expiresAt, kind, name, revokedAt }) =>
      kind === 'token' && revokedAt === undefined ? [{ name, endsAt: expiresAt }] : [],
    );
    return { notes: listNotes(rows), tokens, ...(last === undefined ? {} : { lastWrittenAt: last }) };
  });
}

function reason(error: unknown): string {
  const hint = isFleetError(error) ? error.hint : undefined;
  return `${errorText(error)}${hint === undefined ? '' : `; next: ${hint}`}`;
}
