import type { Desired, Diagnostic, NodeFacts, SourceSnapshot } from '@reconcile/core';
import { compile } from '@reconcile/spec/compile';
import type { ParseResult } from '@reconcile/spec/parse';
import { parseInWorker } from '@reconcile/spec/worker';
import type { Install } from './model.ts';

export interface ReadInput {
  readonly snapshot: SourceSnapshot;
  readonly facts: NodeFacts;
  readonly generation: number;
  readonly install: Install;
  readonly signal: AbortSignal;
}

/** A snapshot read and compiled; `desired` is undefined when it has errors: then it is not applied at all. */
export interface ReadResult {
  readonly desired: Desired | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Text in, desired state out; parsing happens in a thread that can be ended. @throws SPEC_TIMEOUT SPEC_WORKER */
export async function readSnapshot(input: ReadInput): Promise<ReadResult> {
  const { install, signal, snapshot } = input;
  const parsed = await parseInWorker(snapshot.files, {
    signal,
    ...(install.specWorker === undefined ? {} : { entry: install.specWorker }),
  });
  return compileParsed(input, parsed);
}

function compileParsed(input: ReadInput, parsed: ParseResult): ReadResult {
  const { definitions, diagnostics, fleet } = parsed;
  if (fleet === undefined || diagnostics.some((d) => d.severity === 'error'))
    return { desired: undefined, diagnostics };
  const { facts, generation, snapshot } = input;
  const made = compile({ snapshot, definitions, fleet, node: facts, generation });
  return { desired: made.desired, diagnostics: [...diagnostics, ...made.diagnostics] };
}
