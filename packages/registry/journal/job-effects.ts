import type { Action, ActionFailure, Facts, JobMark } from '@reconcile/core';
import { jobMark, type RunArgs } from '@reconcile/core/kinds/job';
import { told } from './container-effects.ts';
import { numberFact, textFact } from './facts.ts';
import type { RowOperation } from './operation.ts';
import type { Recall } from './recall.ts';

/** Before its effect: from now on there is a run, whatever becomes of us. One that goes on after a pass gave way is the same. */
export function jobIntent(action: Action, bootId: string): RowOperation[] {
  if (action.kind !== 'job' || action.verb !== 'run') return [];
  const { requestId, spec, specHash } = action.args as unknown as RunArgs;
  const { when } = spec;
  const trigger = requestId !== null || when === 'schedule' || when === 'manual' ? 'asked' : when;
  return [{ row: 'run-begun', slot: action.slot, run: { run: requestId ?? `${specHash}|${bootId}`, trigger, bootId } }];
}

/** What a run leaves that came to its end, well or badly. */
export function jobEffects(action: Action, facts: Facts | undefined, recall: Recall): RowOperation[] {
  const args = action.args as unknown as RunArgs;
  const exitCode = numberFact(facts, 'exitCode') ?? 0;
  const mark: JobMark = {
    mark:
      textFact(facts, 'mark') ?? jobMark(args.spec.when, args.specHash, textFact(facts, 'imageId') ?? '', args.bootId),
    exitCode,
    startedAt: numberFact(facts, 'startedAt') ?? recall.begunAt ?? recall.at,
    finishedAt: numberFact(facts, 'finishedAt') ?? recall.at,
  };
  const operations: RowOperation[] = [
    { row: 'job', slot: action.slot, mark },
    { row: 'run-ended', slot: action.slot, mark },
    { ...told(action, 'ran'), to: args.spec.run.image, why: `exit ${exitCode}` },
  ];
  if (args.requestId !== null) operations.push({ row: 'request-closed', id: args.requestId });
  return operations;
}

/** A run that was asked for, and that trying again would not help, is not tried again. */
export function jobFailure(action: Action, { retry = 'backoff' }: ActionFailure): RowOperation[] {
  if (action.verb !== 'run') return [];
  const { requestId } = action.args as unknown as RunArgs;
  const failed: RowOperation = { row: 'run-failed', slot: action.slot };
  return requestId === null || retry === 'backoff' ? [failed] : [failed, { row: 'request-closed', id: requestId }];
}
