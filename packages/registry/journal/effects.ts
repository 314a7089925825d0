import type { Action, ActionFailure, Facts, Pin } from '@reconcile/core';
import type { ImageArgs, RemoveArgs } from '@reconcile/core/kinds/image';
import type { AdoptDataArgs } from '@reconcile/core/kinds/volume';
import { containerEffects } from './container-effects.ts';
import { textFact } from './facts.ts';
import { failureEffects } from './failure-effects.ts';
import { jobEffects } from './job-effects.ts';
import type { RowOperation } from './operation.ts';
import type { Recall } from './recall.ts';

/** How an action ended. */
export type Ending = { readonly done: Facts | undefined } | { readonly failed: ActionFailure };

/** What an ended action leaves in the registry. Pure: the same ending twice asks for the same rows. */
export function effectsOf(action: Action, ending: Ending, recall: Recall): RowOperation[] {
  if ('failed' in ending) return failureEffects(action, ending.failed, recall);
  const facts = ending.done;
  if (action.kind === 'container') return containerEffects(action, facts, recall);
  return [...ofOtherKinds(action, facts, recall), { row: 'success', key: action.key }];
}

/** Kinds whose truth lies elsewhere (networks, files, routes …) leave nothing here. */
function ofOtherKinds(action: Action, facts: Facts | undefined, recall: Recall): RowOperation[] {
  switch (action.kind) {
    case 'image':
      return imageEffects(action, facts);
    case 'port-lease':
      return leaseEffects(action);
    case 'job':
      return action.verb === 'run' ? jobEffects(action, facts, recall) : [];
    case 'secret':
      return secretEffects(action, facts);
    case 'volume':
      return action.verb === 'adopt' ? [dataEffect(action)] : [];
    default:
      return [];
  }
}

function imageEffects(action: Action, facts: Facts | undefined): RowOperation[] {
  if (action.verb === 'delete') return [{ row: 'image-gone', ref: (action.args as unknown as RemoveArgs).ref }];
  const args = action.args as unknown as ImageArgs;
  const imageId = textFact(facts, 'imageId') ?? args.imageId;
  if (imageId === '') return [];
  const digest = textFact(facts, 'digest') ?? args.digest;
  const pin: Pin = { imageId, ...(digest === null ? {} : { digest }) };
  const pinned: RowOperation = { row: 'pin', ref: args.ref, pin };
  if (action.verb === 'update') return [pinned];
  return [pinned, { row: 'image', ref: args.ref, imageId, services: action.services }];
}

function leaseEffects(action: Action): RowOperation[] {
  if (action.verb === 'delete') return [{ row: 'lease-gone', key: action.key }];
  const { port } = action.args as { port: number };
  return action.verb === 'acquire' && port > 0 ? [{ row: 'lease', key: action.key, port }] : [];
}

function secretEffects(action: Action, facts: Facts | undefined): RowOperation[] {
  const { name, hmac } = action.args as { name: string; hmac: string | null };
  if (action.verb === 'delete') return [{ row: 'secret-gone', name }];
  const made = textFact(facts, 'hmac') ?? hmac;
  return action.verb === 'create' && made !== null ? [{ row: 'secret', name, hmac: made }] : [];
}

/** A person took data for good as it is now. */
function dataEffect(action: Action): RowOperation {
  const { identity, name, nonEmpty } = action.args as unknown as AdoptDataArgs;
  return identity === '' ? { row: 'data-gone', name } : { row: 'data', name, identity, nonEmpty };
}
