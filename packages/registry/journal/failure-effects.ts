import type { Action, ActionFailure } from '@reconcile/core';
import type { AwaitArgs } from '@reconcile/core/kinds/container';
import { attemptKey } from '@reconcile/core/plan';
import { imageIdOf, told } from './container-effects.ts';
import { jobFailure } from './job-effects.ts';
import type { RowOperation } from './operation.ts';
import type { Recall } from './recall.ts';

/** What a failed action leaves behind. */
export function failureEffects(action: Action, failure: ActionFailure, recall: Recall): RowOperation[] {
  const { code, message } = failure;
  const attempt: RowOperation = { row: 'attempt', key: attemptKey(action), of: action.key, code, message };
  if (action.kind === 'job') return [...jobFailure(action, failure), attempt];
  if (action.kind !== 'container') return [attempt];

  if (action.verb === 'await' && failure.expired) {
    const gate = action.args as unknown as AwaitArgs;
    const expired = { key: action.key, at: recall.at, reason: message };
    const operations: RowOperation[] = [
      { row: 'gate-expired', slot: action.slot, expired },
      { row: 'health', key: action.key, state: 'unhealthy', message },
    ];
    return gate.replacement
      ? [...operations, ...condemned(action, gate, { message, recall })]
      : [...operations, attempt, { ...told(action, 'not-ready'), why: message }];
  }
  if (isBadVersion(action, failure, recall.gate)) {
    return condemned(action, recall.gate, { message, recall });
  }
  return [attempt, { ...told(action, 'failed'), why: `${action.verb}: ${message}` }];
}

/** It cannot be made or started, and trying the same again would not help; another version is known to be good. */
function isBadVersion(action: Action, failure: ActionFailure, gate: AwaitArgs | undefined): gate is AwaitArgs {
  const making = action.verb === 'create' || action.verb === 'start';
  return making && (failure.retry ?? 'backoff') !== 'backoff' && gate?.replacement === true;
}

/** Known bad, and no attempt: the good version takes over at once, without backing off. */
function condemned(
  action: Action,
  gate: AwaitArgs | undefined,
  why: { message: string; recall: Recall },
): RowOperation[] {
  if (gate === undefined) return [];
  const { message, recall } = why;
  const bad = { specHash: gate.specHash, imageId: imageIdOf(gate, recall), reason: message, at: recall.at };
  return [
    { row: 'known-bad', slot: action.slot, bad },
    { ...told(action, 'rolled-back'), why: message },
  ];
}
