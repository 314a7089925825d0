import type { Resource, SlotKey, SourceSnapshot } from '@reconcile/core';
import { listKnownBad, loadHistory, type Registry } from '@reconcile/registry';
import { nodeFacts } from '../config/facts.ts';
import type { NodeConfig } from '../config/model.ts';
import type { Install } from '../desired/model.ts';
import { readSnapshot } from '../desired/read.ts';

/**
 * What this node knows of one version of a definition. `good`: every container passed its gate last as this one. `bad`: one
 * failed it. `same`: runs the same containers as the present one. `broken`: does not fit the rest of the fleet.
 */
export type Verdict = 'good' | 'bad' | 'same' | 'unknown' | 'broken';

export interface JudgeContext {
  readonly config: NodeConfig;
  readonly registry: Registry;
  readonly install: Install;
  readonly signal: AbortSignal;
}

/** One service's definition inside the fleet as it is now. */
export interface Subject {
  readonly service: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Of its definition. */
  readonly path: string;
}

/** Judges texts of a definition one by one; a version counts by what it compiles to here, not by its wording. */
export async function versionJudge(cx: JudgeContext, subject: Subject): Promise<(text: string) => Promise<Verdict>> {
  const { registry } = cx;
  const slots = loadHistory(registry, '', 0).slots;
  const knownBad = registry.read(listKnownBad);
  const present = await hashesOf(cx, subject, undefined);
  return async (text) => {
    const hashes = await hashesOf(cx, subject, text);
    if (hashes === undefined) return 'broken';
    const entries = [...hashes];
    // Runs elsewhere: nothing is known here.
    if (entries.length === 0) return 'unknown';
    if (present !== undefined && sameHashes(hashes, present)) return 'same';
    if (entries.some(([slot, hash]) => knownBad[slot]?.some((bad) => bad.specHash === hash))) return 'bad';
    return entries.every(([slot, hash]) => slots[slot]?.lastGood?.resource.specHash === hash) ? 'good' : 'unknown';
  };
}

/** Images of a service's containers as they last passed their gates, by slot. */
export function lastGoodImages(registry: Registry, service: string): ReadonlyMap<SlotKey, string> {
  const images = new Map<SlotKey, string>();
  for (const [slot, history] of Object.entries(loadHistory(registry, '', 0).slots)) {
    const image = (history.lastGood?.resource.spec as { image?: unknown } | undefined)?.image;
    if (slot.startsWith(`${service}/`) && typeof image === 'string') images.set(slot, image);
  }
  return images;
}

/** Slot → spec hash of the service's containers; undefined: the snapshot has errors. */
async function hashesOf(
  cx: JudgeContext,
  { files, path, service }: Subject,
  text: string | undefined,
): Promise<ReadonlyMap<SlotKey, string> | undefined> {
  const { config, install, signal } = cx;
  const changed = text === undefined ? files : new Map(files).set(path, Buffer.from(text));
  const snapshot: SourceSnapshot = { ...nothingSaid, files: changed };
  const { desired } = await readSnapshot({ snapshot, facts: nodeFacts(config), generation: 0, install, signal });
  if (desired === undefined) return undefined;
  const own = Object.values(desired.resources).filter(
    (resource: Resource) => resource.kind === 'container' && resource.slot.startsWith(`${service}/`),
  );
  return new Map(own.map((resource) => [resource.slot, resource.specHash]));
}

function sameHashes(a: ReadonlyMap<SlotKey, string>, b: ReadonlyMap<SlotKey, string>): boolean {
  return a.size === b.size && [...a].every(([slot, hash]) => b.get(slot) === hash);
}

const nothingSaid = { source: 'git', commit: '', message: '', author: '', at: 0, allows: [], warnings: [] } as const;
