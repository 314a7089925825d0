import type { ObserveContext } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import { compareIdentity, identityNote, identityOf, recordedIdentity, whoAmI } from '../identity.ts';
import { identityStamp, stampNote } from './identity-stamp.ts';
import { currentStore, type StoreQuestion } from './store.ts';

/**
 * Another user, other ids or other storage is another podman, and an empty one: what it lists says nothing about this node. A
 * look through it would plan to make everything again, so it sees nothing at all. While nothing that decides it has changed,
 * podman is not asked. @throws PODMAN_IDENTITY
 * @returns the new stamp, where it changed and all is as recorded
 */
export async function assertSamePlace(
  cx: ObserveContext<ReadHost>,
  question: () => Promise<StoreQuestion>,
): Promise<string | undefined> {
  const recorded = cx.ledger.notes[identityNote];
  const before = recordedIdentity(recorded);
  if (before === undefined) return undefined;
  const who = await whoAmI(cx.host);
  compareIdentity(recorded, who);
  const stamp = await identityStamp(cx.host, before);
  if (stamp === cx.ledger.notes[stampNote]) return undefined;
  compareIdentity(recorded, identityOf(who, await currentStore(await question())));
  return identityStamp(cx.host, before);
}
