import type { Json } from '@reconcile/core';
import { adoptedNote } from '@reconcile/drivers/podman/adopt';
import { listNotes, putContainer, putLease, putNotes, type Registry } from '@reconcile/registry';
import type { Adoption } from '../service/order.ts';

/** Writes down that these containers are ours from now on, by id; touches nothing else. */
export async function writeAdoptions(registry: Registry, adoptions: readonly Adoption[], at: number): Promise<void> {
  await registry.write((rows) => {
    const before = listNotes(rows)[adoptedNote];
    const known =
      typeof before === 'object' && before !== null && !Array.isArray(before) ? (before as Record<string, Json>) : {};
    for (const { aliased, id, leases, ...recorded } of adoptions) {
      putContainer(rows, recorded, { id, aliased, at });
      for (const [route, port] of Object.entries(leases)) putLease(rows, `port-lease/${recorded.name}/${route}`, port);
    }
    putNotes(rows, { [adoptedNote]: { ...known, ...Object.fromEntries(adoptions.map(({ id, name }) => [id, name])) } });
  });
}
