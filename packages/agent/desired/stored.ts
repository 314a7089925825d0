import type { Desired, Diagnostic, Json } from '@reconcile/core';
import {
  type CompiledKey,
  generationOf,
  lastGoodSnapshot,
  loadSnapshot,
  readCompiled,
  readSnapshot as readSnapshotRow,
} from '@reconcile/registry';
import { specHash } from '@reconcile/spec/hash';
import { nodeFacts } from '../config/facts.ts';
import type { LoadInput } from './input.ts';
import type { CommitInfo, Loaded, SourceTrouble } from './model.ts';

// Desired state from this node's own registry: neither the source nor a network is needed for it.

/** What is kept of a compiled snapshot. Bump when its shape changes. */
const compiledSchema = 2;

export interface Compiled {
  readonly desired: Desired;
  readonly diagnostics: readonly Diagnostic[];
}

/** The same commit for the same facts by the same build needs no parsing. */
export function keptCompilation(input: LoadInput, commit: string): Loaded | undefined {
  const key = compiledKey(input, commit);
  if (key === undefined) return undefined;
  return input.registry.read((rows) => {
    const text = readCompiled(rows, key);
    const row = readSnapshotRow(rows, commit);
    if (text === undefined || row === undefined) return undefined;
    const { desired, diagnostics } = JSON.parse(text) as Compiled;
    const generation = generationOf(rows, commit);
    return {
      desired: { ...desired, generation },
      commit: row,
      trouble: undefined,
      diagnostics,
      warnings: row.warnings,
      fresh: undefined,
    };
  });
}

export function compiledKey(input: Pick<LoadInput, 'config' | 'install'>, commit: string): CompiledKey | undefined {
  const { buildId } = input.install;
  if (buildId === undefined) return undefined;
  const facts = nodeFacts(input.config) as unknown as Json;
  return { commit, facts: specHash({ buildId, facts }), schema: compiledSchema };
}

/** What this node goes on with when its source gives nothing: the snapshot that was read and found good last. */
export async function lastGood(input: LoadInput, trouble: SourceTrouble): Promise<Loaded> {
  const row = input.registry.read(lastGoodSnapshot);
  return row === undefined ? nothingStored(trouble) : storedCommit(input, row.commit, trouble);
}

/** Any commit that this node has kept; `desired` is undefined where it has not. */
export async function storedCommit(
  input: LoadInput,
  commit: string,
  trouble: SourceTrouble | undefined,
): Promise<Loaded> {
  const { config, registry } = input;
  const kept = keptCompilation(input, commit);
  if (kept !== undefined) return { ...kept, trouble };
  const snapshot = await loadSnapshot(registry, commit);
  if (snapshot === undefined) return nothingStored(trouble);
  const { readSnapshot } = await import('./read.ts');
  const generation = registry.read((rows) => generationOf(rows, commit));
  const made = await readSnapshot({ ...input, snapshot, facts: nodeFacts(config), generation });
  return { ...nothingStored(trouble), desired: made.desired, commit: infoOf(snapshot), diagnostics: made.diagnostics };
}

function nothingStored(trouble: SourceTrouble | undefined): Loaded {
  return { desired: undefined, commit: undefined, trouble, diagnostics: [], warnings: [], fresh: undefined };
}

function infoOf({ commit, message, author, at }: CommitInfo): CommitInfo {
  return { commit, message, author, at };
}
