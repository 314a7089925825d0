import type { Desired, ImageRecord, Json, LedgerView, ObservedResource } from '@reconcile/core';
import type { ImageSpec, ImageState } from '@reconcile/core/kinds/image';
import type { ImageRow } from '../client/contract.ts';

/**
 * Images that definitions name, as local storage has them, and those we brought for definitions of the past. An absent one is
 * left out, unless its pinned id is there.
 */
export function observedImages(
  desired: Desired,
  rows: readonly ImageRow[],
  { images = {}, pins }: Pick<LedgerView, 'images' | 'pins'>,
): ObservedResource[] {
  const found: ObservedResource[] = [];
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const resource of Object.values(desired.resources)) {
    if (resource.kind !== 'image') continue;
    const { ref } = resource.spec as unknown as ImageSpec;
    const row = imageNamed(rows, ref);
    const pin = pins[ref];
    const pinned = pin === undefined ? undefined : byId.get(pin.imageId);
    if (row === undefined && pinned === undefined) continue;
    const state: ImageState = {
      imageId: row?.id ?? '',
      digest: row === undefined || row.digest === '' ? null : row.digest,
      pinnedLocal: pinned !== undefined,
      bytes: row?.bytes ?? 0,
      ...oursIn(row, images[ref], ref),
    };
    found.push(observedImage(ref, resource.services, state));
  }
  for (const [ref, record] of Object.entries(images)) {
    if (desired.resources[`image/${ref}`] !== undefined) continue;
    const row = byId.get(record.imageId);
    const ours = oursIn(row, record, ref);
    if (row === undefined || ours.ours === undefined) continue;
    const digest = row.digest === '' ? null : row.digest;
    // Nobody's any more: no service's plan is narrowed to it.
    found.push(observedImage(ref, [], { imageId: row.id, digest, pinnedLocal: true, bytes: row.bytes, ...ours }));
  }
  return found;
}

/** With another name beside ours somebody else may count on it. */
function oursIn(row: ImageRow | undefined, record: ImageRecord | undefined, ref: string): Pick<ImageState, 'ours'> {
  if (row === undefined || record?.imageId !== row.id || row.names.length !== 1 || row.names[0] !== ref) return {};
  return { ours: { at: record.at, services: record.services } };
}

function observedImage(ref: string, services: readonly string[], state: ImageState): ObservedResource {
  const key = `image/${ref}` as const;
  return {
    key,
    kind: 'image',
    slot: key,
    services,
    owner: 'managed',
    state: state as unknown as Json,
    health: 'none',
    references: [],
    claims: [],
  };
}

/** The image a full reference means: by name and tag, or by digest (with or without a tag beside it). */
export function imageNamed(rows: readonly ImageRow[], ref: string): ImageRow | undefined {
  const { name, digest } = splitRef(ref);
  if (digest === '') return rows.find((row) => row.names.includes(ref));
  return rows.find((row) => row.digests.includes(`${name}@${digest}`));
}

/** `registry/name:tag@sha256:…` → its parts; '' for what is not there. */
export function splitRef(ref: string): { readonly name: string; readonly tag: string; readonly digest: string } {
  const at = ref.indexOf('@');
  const digest = at < 0 ? '' : ref.slice(at + 1);
  const rest = at < 0 ? ref : ref.slice(0, at);
  const colon = rest.lastIndexOf(':');
  if (colon <= rest.lastIndexOf('/')) return { name: rest, tag: '', digest };
  return { name: rest.slice(0, colon), tag: rest.slice(colon + 1), digest };
}
