import type { ContainerRecord } from '@reconcile/core';
import type { ContainerRow } from '../client/contract.ts';
import { isOurs, labels, type Maker } from '../labels.ts';

export interface Known {
  readonly maker: Maker;
  /** The ledger's containers, by name. */
  readonly records: Readonly<Record<string, ContainerRecord>>;
  /** Ids of all rows: what the ledger knows under an id that is still there has not been recreated. */
  readonly ids: ReadonlySet<string>;
  /** Ids of images that carry labels of ours; undefined while nobody had to ask. */
  readonly imposing: ReadonlySet<string> | undefined;
  /** Ids of what was taken over by an explicit `adopt`. */
  readonly adopted?: ReadonlySet<string>;
}

export type Verdict =
  /** Made by us, id and all. */
  | 'ours'
  /** Ours by labels; the ledger knows no such id: a lost registry, an interrupted create, or a hand's work. */
  | 'ours-unknown'
  /** Same, if the image does not carry our labels: `imposing` has to be found out first. */
  | 'ask-image'
  | 'foreign';

/** Whose container is it (specs/0004)? Names and ids are compared whole. */
export function judge(row: ContainerRow, known: Known): Verdict {
  const record = known.records[row.name];
  if (row.state === 'storage') return record === undefined ? 'foreign' : 'ours';
  if (record?.id === row.id && known.adopted?.has(row.id) === true) return 'ours';
  if (!isOurs(row.labels, known.maker) || row.labels[labels.key] !== `container/${row.name}`) return 'foreign';
  if (record?.id === row.id) return 'ours';
  if (record !== undefined && record.id !== '' && known.ids.has(record.id)) return 'foreign';
  if (known.imposing === undefined) return 'ask-image';
  return known.imposing.has(row.imageId) ? 'foreign' : 'ours-unknown';
}

/** A run of one of our jobs: no container of the node, its driver looks after it. */
export function isJobRun(row: ContainerRow, maker: Maker): boolean {
  return isOurs(row.labels, maker) && row.labels[labels.job] !== undefined && row.labels[labels.key] === undefined;
}
