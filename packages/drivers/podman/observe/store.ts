import type { Json } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import type { PodmanReader, StoreFacts } from '../client/contract.ts';
import { identityStamp } from './identity-stamp.ts';
import type { Notes } from './listing.ts';

/** What was noted of where podman keeps its things; undefined before the first look. */
export function knownStore(notes: Notes): StoreFacts | undefined {
  const kept = notes.get('store') as unknown as StoreFacts | undefined;
  return kept !== undefined && typeof kept.runRoot === 'string' && typeof kept.driver === 'string' ? kept : undefined;
}

/** One command looks, looks again under the lock, and checks who it is before it writes, ms. */
const currentForMs = 5000;
const asked = new Map<string, Promise<Answer>>();

interface Answer {
  readonly facts: StoreFacts;
  readonly stamp: string;
  readonly at: number;
}

export interface StoreQuestion {
  readonly host: ReadHost;
  readonly client: PodmanReader;
  /** Directory of the node that asks: each has a podman of its own. */
  readonly node: string;
}

/**
 * podman's word on where it keeps its things, at most some seconds old and never older than what decides it. Who asks
 * while somebody asks already gets the same answer.
 */
export async function currentStore(question: StoreQuestion): Promise<StoreFacts> {
  const { host, node } = question;
  const last = await asked.get(node)?.catch(() => undefined);
  const isRecent = last !== undefined && Math.abs(host.clock.now() - last.at) < currentForMs;
  if (isRecent && last.stamp === (await identityStamp(host, last.facts))) return last.facts;
  const answer = ask(question);
  asked.set(node, answer);
  return (await answer).facts;
}

async function ask({ host, client }: StoreQuestion): Promise<Answer> {
  const facts = await client.store();
  return { facts, stamp: await identityStamp(host, facts), at: host.clock.now() };
}

/** Where podman keeps its things, looked up once and noted: `podman info` costs as much as the listing itself. */
export async function storeFacts(question: StoreQuestion, notes: Notes): Promise<StoreFacts> {
  const kept = knownStore(notes);
  if (kept !== undefined) return kept;
  const facts = await currentStore(question);
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
