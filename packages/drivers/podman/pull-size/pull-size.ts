import { isFleetError } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import type { PodmanReader, RegistryFacts, StoreFacts } from '../client/contract.ts';
import { podmanReader } from '../client/reader.ts';
import { splitRef } from '../observe/images.ts';
import type { PodmanSettings } from '../settings.ts';
import { credentialsFor } from './auth-file.ts';
import { bytesOf, readManifest } from './manifest.ts';
import { placeOf } from './place.ts';
import { type Asking, fetchManifest } from './registry.ts';

/** For all of it, ms: nobody waits longer to learn a size. */
const deadlineMs = 2000;
const layersBytes = 64 * 1024 * 1024;

/** An image that is about to be pulled, by the digest it is pinned to where there is one. */
export interface PullWanted {
  readonly ref: string;
  readonly digest: string | null;
}

export interface SizeContext {
  readonly host: ReadHost;
  readonly signal: AbortSignal;
  readonly settings: Pick<PodmanSettings, 'clients' | 'transport'>;
}

/**
 * Bytes that pulling each image would fetch, by reference: what its registry says, less the layers that are here. Asks by GET
 * alone, all at once; what is not known in time is left out, and why does not matter.
 */
export async function pullSizes(cx: SizeContext, wanted: readonly PullWanted[]): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  if (wanted.length === 0) return sizes;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, cx.signal]);
  const late = cx.host.clock.sleep(deadlineMs, signal).catch(() => undefined);
  await Promise.race([late, unlessFailed(() => ask({ ...cx, signal }, wanted, sizes))]);
  over.abort();
  return new Map(sizes);
}

async function ask(cx: SizeContext, wanted: readonly PullWanted[], sizes: Map<string, number>): Promise<void> {
  const { host, settings, signal } = cx;
  const client = await (settings.clients?.reader(host, signal) ?? podmanReader(host, signal, settings.transport));
  const [facts, local] = await Promise.all([client.registries(), localLayers(host, client)]);
  const asking = wanted.map((one) =>
    unlessFailed(async () => {
      const bytes = await sizeOf(cx, one, { facts, local });
      if (bytes !== undefined) sizes.set(one.ref, bytes);
    }),
  );
  await Promise.all(asking);
}

async function sizeOf(
  { host, signal }: SizeContext,
  { digest, ref }: PullWanted,
  { facts, local }: { facts: RegistryFacts; local: ReadonlySet<string> },
): Promise<number | undefined> {
  const place = placeOf(ref, facts.rules);
  if (place === undefined) return undefined;
  const credentials = await credentialsFor(host, place.name);
  const asking: Asking = { http: host.http, signal, timeoutMs: deadlineMs, place, credentials };
  const named = splitRef(ref);
  let reference = digest ?? (named.digest === '' ? named.tag : named.digest);
  // An index names the manifest; an index within an index is nothing anybody makes.
  for (let hops = 0; hops < 2; hops++) {
    const text = await fetchManifest(asking, reference);
    const manifest = text === undefined ? undefined : readManifest(text, facts.arch);
    if (manifest === undefined) return undefined;
    if ('blobs' in manifest) return bytesOf(manifest.blobs, local);
    reference = manifest.digest;
  }
  return undefined;
}

/** Digests of layers as they were fetched, from the storage library's own list (containers/storage, layers.json). */
async function localLayers(host: ReadHost, client: PodmanReader): Promise<ReadonlySet<string>> {
  const { driver, graphRoot }: StoreFacts = await client.store();
  const text = await host.files.text(`${graphRoot}/${driver}-layers/layers.json`, { maxBytes: layersBytes });
  const found = new Set<string>();
  if (text === undefined) return found;
  const layers: unknown = JSON.parse(text);
  for (const layer of Array.isArray(layers) ? (layers as readonly Readonly<Record<string, unknown>>[]) : []) {
    const digest = layer['compressed-diff-digest'];
    if (typeof digest === 'string') found.add(digest);
  }
  return found;
}

/** Nothing that goes wrong here is worth more than "size unknown"; bugs stay exceptions. */
async function unlessFailed(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isFleetError(error) && !(error instanceof SyntaxError)) throw error;
  }
}
