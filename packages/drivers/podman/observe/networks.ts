import type { Desired, Json, ObservedResource } from '@reconcile/core';
import type { NetworkRow } from '../client/contract.ts';
import { isOurs, labels, type Maker, specOf } from '../labels.ts';

/** Networks that definitions name, and all of ours. One of a wanted name that is not ours is used and never removed. */
export function observedNetworks(desired: Desired, rows: readonly NetworkRow[], maker: Maker): ObservedResource[] {
  return rows.flatMap((row): ObservedResource[] => {
    const key = `network/${row.name}` as const;
    const wanted = desired.resources[key];
    const ours = isOurs(row.labels, maker);
    if (wanted === undefined && !ours) return [];
    const recorded = ours ? specOf(row.labels) : undefined;
    return [
      {
        key,
        kind: 'network',
        slot: key,
        services: wanted?.services ?? servicesOf(row),
        owner: ours ? 'managed' : 'foreign',
        ...(recorded ?? {}),
        state: { id: row.id, createdAt: row.createdAt } satisfies Json,
        health: 'none',
        references: [],
        claims: [],
      },
    ];
  });
}

/** Whom an undeclared network served, as written on it. */
function servicesOf(row: NetworkRow): readonly string[] {
  return (row.labels[labels.slot] ?? '').split(',').filter((name) => name !== '');
}
