import { errorText, isFleetError } from '@reconcile/core';
import { generationOf, lastAppliedCommit, lastGoodSnapshot, loadSnapshot } from '@reconcile/registry';
import type { SourceProblem } from '@reconcile/source';
import { nodeFacts } from '../config/facts.ts';
import { cutShort } from './cut-short.ts';
import { refuseStrangers } from './edge-trust.ts';
import type { LoadInput } from './input.ts';
import type { Loaded, SourceTrouble } from './model.ts';
import type { ReadResult } from './read.ts';
import { nodeSource } from './source.ts';
import { type Compiled, keptCompilation, lastGood } from './stored.ts';
import { trialDesired } from './trial.ts';

/** Of the definitions' reader, which is a thread of its own. */
const unreadable: ReadonlySet<string> = new Set(['SPEC_TIMEOUT', 'SPEC_WORKER']);

/**
 * The source's newest commit, compiled for this node; when that cannot be had or has errors, the last good snapshot. An empty,
 * unreachable, rewound or unparsable source never leaves a node without its desired state. Writes nothing. On an edge the
 * workers are asked for their certificates.
 */
export async function loadDesired(input: LoadInput): Promise<Loaded> {
  const loaded = await loadSource(input);
  const { commit, desired, fresh } = loaded;
  if (desired === undefined || commit === undefined) return loaded;
  const files = async () => (fresh?.snapshot ?? (await loadSnapshot(input.registry, commit.commit)))?.files;
  return { ...loaded, desired: await refuseStrangers(desired, input.host, files) };
}

async function loadSource(input: LoadInput): Promise<Loaded> {
  const { config, host, registry, signal } = input;
  const source = await nodeSource(config);
  const cx = { host, signal };
  const tried = input.ref === undefined ? await trialDesired(input, () => source.head(cx)) : undefined;
  if (tried !== undefined) return tried;
  if (input.ref === undefined && input.withEdits !== true) {
    const head = await source.head(cx);
    if (head.ok === undefined) return lastGood(input, troubleOf(head));
    // Only of what was accepted last: an older commit is a branch that was rewound, and its history has to be judged.
    const isAccepted = registry.read(lastGoodSnapshot)?.commit === head.ok;
    if (isAccepted && isStill(input, head.ok)) return input.known;
    const kept = isAccepted ? keptCompilation(input, head.ok) : undefined;
    if (kept !== undefined) return kept;
    const again = readBefore(input, head.ok);
    if (again !== undefined) return again;
  }
  const lastCommit = registry.read(lastAppliedCommit);
  const taken = await source.snapshot(cx, {
    ...(lastCommit === undefined || input.ref !== undefined ? {} : { lastCommit }),
    ...(input.ref === undefined ? {} : { ref: input.ref }),
    withEdits: input.withEdits === true,
    acknowledged: input.acknowledged === true,
  });
  if (taken.ok === undefined) return lastGood(input, troubleOf(taken));
  const snapshot = taken.ok;
  const { readSnapshot } = await import('./read.ts');
  const generation = registry.read((rows) => generationOf(rows, snapshot.commit));
  let made: ReadResult;
  try {
    made = await readSnapshot({ ...input, snapshot, facts: nodeFacts(config), generation });
  } catch (error) {
    // Definitions that break or outlast their reader are as bad as wrong ones: the node goes on without them.
    if (!isFleetError(error) || !unreadable.has(error.code)) throw error;
    const { hint = 'reconcile validate' } = error;
    return lastGood(input, { code: error.code, message: errorText(error), hint });
  }
  if (made.desired === undefined) {
    const errors = made.diagnostics.filter((d) => d.severity === 'error').length;
    const trouble = {
      code: 'Invalid',
      message: `commit ${snapshot.commit.slice(0, 7)} has ${errors} error${errors === 1 ? '' : 's'} and is not applied`,
      hint: 'reconcile validate',
    };
    const kept = await lastGood(input, trouble);
    return { ...kept, diagnostics: made.diagnostics, warnings: snapshot.warnings };
  }
  const cut = await cutShort(snapshot, registry);
  if (cut !== undefined) return lastGood(input, cut);
  return {
    desired: made.desired,
    commit: snapshot,
    trouble: undefined,
    diagnostics: made.diagnostics,
    warnings: snapshot.warnings,
    fresh: {
      snapshot,
      compiled: JSON.stringify({ desired: made.desired, diagnostics: made.diagnostics } satisfies Compiled),
      after: lastCommit,
    },
  };
}

/** The very commit that was loaded, without trouble, and its generation. */
function isStill<I extends LoadInput>(input: I, head: string): input is I & { readonly known: Loaded } {
  const { known, registry } = input;
  if (known?.desired === undefined || known.trouble !== undefined || known.fresh !== undefined) return false;
  const { commit, generation } = known.desired;
  return commit === head && generation === registry.read((rows) => generationOf(rows, head));
}

function readBefore({ before, registry }: LoadInput, commit: string): Loaded | undefined {
  const fresh = before?.fresh;
  if (before === undefined || fresh === undefined || fresh.snapshot.commit !== commit) return undefined;
  if (before.trouble !== undefined || registry.read(lastAppliedCommit) !== fresh.after) return undefined;
  const { desired } = JSON.parse(fresh.compiled) as Compiled;
  const generation = registry.read((rows) => generationOf(rows, commit));
  return { ...before, desired: { ...desired, generation } };
}

function troubleOf(found: SourceProblem): SourceTrouble {
  return { code: found.problem, message: found.message, hint: found.hint };
}
