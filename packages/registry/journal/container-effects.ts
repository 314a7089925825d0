import type { Action, Facts, LastGood, Resource } from '@reconcile/core';
import {
  type AwaitArgs,
  type ContainerSpec,
  type CreateArgs,
  containerVersion,
  type DeleteArgs,
  type RestoreArgs,
  type SignalArgs,
  type SnapshotArgs,
  type StartArgs,
} from '@reconcile/core/kinds/container';
import type { RecordedSpec } from '../tables/container-spec.ts';
import type { HistoryWhat } from '../tables/history.ts';
import { textFact } from './facts.ts';
import type { RowOperation } from './operation.ts';
import { imageOf, type Recall } from './recall.ts';

/** What a container's verb leaves behind once it is done. */
export function containerEffects(action: Action, facts: Facts | undefined, recall: Recall): RowOperation[] {
  const settled: RowOperation = { row: 'success', key: action.key };
  switch (action.verb) {
    case 'create':
      return [...created(action, facts, recall), settled];
    case 'start':
      return [...started(action, facts), settled];
    case 'await':
      return [...ready(action, facts, recall), settled, { row: 'success', key: action.slot }];
    case 'alias':
      return [{ row: 'aliased', name: nameOf(action) }, settled];
    case 'signal':
    case 'exec': {
      const recorded = recordedOf(action, action.args as unknown as SignalArgs);
      return [{ row: 'respecified', recorded }, told(action, 'signalled'), settled];
    }
    case 'stop':
      return [{ row: 'stopped', slot: action.slot }, told(action, 'stopped'), settled];
    case 'snapshot': {
      const { snapshot, specHash } = action.args as unknown as SnapshotArgs;
      const saved = { ...told(action, 'saved'), to: snapshot };
      return [{ row: 'undo', slot: action.slot, specHash, snapshot }, saved, settled];
    }
    case 'restore': {
      const { snapshot } = action.args as unknown as RestoreArgs;
      return [{ row: 'undo-over', slot: action.slot }, { ...told(action, 'restored'), from: snapshot }, settled];
    }
    case 'delete':
      return [...deleted(action), settled];
    default:
      return [settled];
  }
}

/**
 * Before its effect. Of a create: from now on whatever lies under that name is ours. Of a start: its gate has to pass again,
 * and data that was saved for it may be another from now on, also when we end between the two.
 */
export function containerIntent(action: Action, bootId: string): RowOperation[] {
  if (action.kind !== 'container') return [];
  if (action.verb === 'create')
    return [{ row: 'intended', recorded: recordedOf(action, action.args as unknown as CreateArgs) }];
  if (action.verb !== 'start') return [];
  const { specHash } = action.args as unknown as StartArgs;
  return [
    { row: 'unproven', name: nameOf(action) },
    { row: 'undo-started', slot: action.slot, specHash },
    { row: 'boot-start', slot: action.slot, bootId },
  ];
}

function created(action: Action, facts: Facts | undefined, recall: Recall): RowOperation[] {
  const args = action.args as unknown as CreateArgs;
  const { image } = args.spec;
  const operations: RowOperation[] = [
    {
      row: 'made',
      recorded: recordedOf(action, args),
      id: textFact(facts, 'id') ?? '',
      aliased: args.aliases.length > 0,
    },
    { ...told(action, 'created'), from: imageOf(recall.lastGood?.resource) ?? '', to: image },
  ];
  const imageId = textFact(facts, 'imageId');
  if (imageId !== undefined && imageId !== '' && recall.pin === undefined) {
    operations.push({ row: 'pin', ref: image, pin: { imageId } });
  }
  if (replacesByHand(action, recall)) operations.push({ row: 'revert', slot: action.slot });
  return operations;
}

/** It was good, we did not remove it (that would have taken its record too), and it had to be made again: somebody else did. */
function replacesByHand(action: Action, recall: Recall): boolean {
  return recall.readySinceBoot && recall.lastGoodKey === action.key && (recall.recordedId ?? '') !== '';
}

function started(action: Action, facts: Facts | undefined): RowOperation[] {
  const args = action.args as unknown as StartArgs;
  const id = textFact(facts, 'id');
  const operations: RowOperation[] = [
    { row: 'respecified', recorded: recordedOf(action, args), ...(id === undefined ? {} : { id }) },
    told(action, 'started'),
  ];
  if (args.diedAt !== null) operations.push({ row: 'death', slot: action.slot, at: args.diedAt });
  if (args.revert) operations.push({ row: 'revert', slot: action.slot });
  return operations;
}

function ready(action: Action, facts: Facts | undefined, recall: Recall): RowOperation[] {
  const { slot } = action;
  const operations: RowOperation[] = [
    ...takenOver(action, facts, recall),
    { row: 'ready', slot, bootId: recall.bootId, typicalReadyMs: typicalReady(recall) },
    { row: 'health', key: action.key, state: 'healthy', message: textFact(facts, 'message') ?? 'gate passed' },
  ];
  const good = lastGood(action, recall);
  if (good === undefined) return operations;
  const from = imageOf(recall.lastGood?.resource) ?? '';
  return [
    ...operations,
    { row: 'last-good', slot, good },
    { row: 'undo-over', slot },
    { ...told(action, 'ready'), from, to: imageOf(good.resource) ?? '' },
  ];
}

/** Made again by a hand, or before the ledger was lost: from now on it is the one we know. */
function takenOver(action: Action, facts: Facts | undefined, recall: Recall): RowOperation[] {
  const id = textFact(facts, 'id');
  const { recordedId, resource } = recall;
  if (id === undefined || id === recordedId || resource === undefined) return [];
  const name = nameOf(action);
  const spec = resource.spec as unknown as ContainerSpec;
  const recorded = {
    name,
    slot: action.slot,
    spec: resource.spec,
    specHash: resource.specHash,
    schema: containerVersion,
  };
  const aliases = facts?.aliases;
  const isAliased = Array.isArray(aliases) && spec.aliases.every((alias) => aliases.includes(alias));
  return [{ row: 'respecified', recorded, id }, ...(isAliased ? [{ row: 'aliased', name } as const] : [])];
}

function lastGood(action: Action, recall: Recall): LastGood | undefined {
  const { resource } = recall;
  if (resource === undefined) return undefined;
  const kept: Resource = { ...resource, key: action.key };
  return {
    resource: kept,
    imageId: imageIdOf(action.args as unknown as AwaitArgs, recall),
    needs: recall.needs,
    at: recall.at,
  };
}

/** The plan may have been made before the image was pulled; by now the pin says what it means. */
export function imageIdOf(gate: AwaitArgs, recall: Recall): string {
  return gate.imageId !== '' ? gate.imageId : (recall.pin?.imageId ?? '');
}

/** Mostly what it was, a third of what it is now: one slow start does not change what a plan promises. */
function typicalReady(recall: Recall): number | undefined {
  if (recall.begunAt === undefined) return undefined;
  const took = Math.max(0, recall.at - recall.begunAt);
  return recall.typicalReadyMs === undefined ? took : Math.round((2 * recall.typicalReadyMs + took) / 3);
}

function deleted(action: Action): RowOperation[] {
  const args = action.args as unknown as DeleteArgs;
  const operations: RowOperation[] = [{ row: 'gone', name: args.name }, told(action, 'removed')];
  if (args.revert) operations.push({ row: 'revert', slot: action.slot });
  return operations;
}

function recordedOf(action: Action, args: CreateArgs | StartArgs | SignalArgs): RecordedSpec {
  const { name, spec, specHash, schema } = args;
  return { name, slot: action.slot, spec: spec as never, specHash, schema };
}

function nameOf(action: Action): string {
  return action.key.slice('container/'.length);
}

export function told(action: Action, what: HistoryWhat): Extract<RowOperation, { row: 'history' }> {
  const { code, text, fields } = action.reason;
  const details = text ?? fields?.join(', ') ?? '';
  return {
    row: 'history',
    slot: action.slot,
    what,
    from: '',
    to: '',
    why: details === '' ? code : `${code}: ${details}`,
  };
}
