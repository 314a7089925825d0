import type { Json } from '@reconcile/core';
import type { PodmanReader, StoreFacts } from '../client/contract.ts';
import type { Notes } from './listing.ts';

/** What was noted of where podman keeps its things; undefined before the first look. */
export function knownStore(notes: Notes): StoreFacts | undefined {
  const kept = notes.get('store') as unknown as StoreFacts | undefined;
  return kept !== undefined && typeof kept.runRoot === 'string' && typeof kept.driver === 'string' ? kept : undefined;
}

/** Where podman keeps its things, looked up once and noted: `podman info` costs as much as the listing itself. */
export async function storeFacts(client: PodmanReader, notes: Notes): Promise<StoreFacts> {
  const kept = knownStore(notes);
  if (kept !== undefined) return kept;
  const facts = await client.store();
  notes.put('store', facts as unknown as Json);
  return facts;
}

/** Files whose change tells that a listing is stale. Volumes have none of their own: their directory, and the database's identity. */
export function listingFiles(store: StoreFacts) {
  return {
    images: `${store.graphRoot}/${store.driver}-images/images.json`,
    networks: `${store.graphRoot}/networks`,
    secrets: `${store.graphRoot}/secrets/secrets.json`,
    volumes: store.volumePath,
  } as const;
}
