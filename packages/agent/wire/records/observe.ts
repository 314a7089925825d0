import {
  errorText,
  isFleetError,
  type Json,
  type ObserveContext,
  type ObservedResource,
  type Observer,
} from '@reconcile/core';
import { type RecordSpec, type RecordState, recordProvider } from '@reconcile/core/kinds/record';
import type { ReadHost } from '@reconcile/host';

/** One table of node.toml that runs records: `hosts`, `rfc2136."example.com"`. */
export interface RecordSource<O extends Observer<ReadHost> = Observer<ReadHost>> {
  readonly provider: string;
  readonly driver: O;
}

/** What we know of a record of ours where its zone cannot be read. */
interface Remembered {
  readonly key: `${string}/${string}`;
  readonly services: readonly string[];
  readonly spec: RecordSpec;
}

interface Sight {
  readonly source: RecordSource;
  readonly resources: readonly ObservedResource[];
  readonly note?: readonly Remembered[];
}

/**
 * All zones as one observer of the kind. A zone that cannot be read makes nothing else blind: its own records are unread, by
 * name, those wanted and those we remember having there; everything else goes on.
 */
export function recordsObserver(sources: readonly RecordSource[]): Observer<ReadHost> {
  return {
    name: 'records',
    serves: ['record'],
    async observe(cx) {
      const sights = await Promise.all(sources.map((source) => lookAt(cx, source)));
      const notes: Record<string, Json> = {};
      for (const { source, note } of sights) if (note !== undefined) notes[noteName(source)] = note as unknown as Json;
      return { resources: merged(cx, sights), notes };
    },
  };
}

async function lookAt(cx: ObserveContext<ReadHost>, source: RecordSource): Promise<Sight> {
  try {
    const { resources } = await source.driver.observe(cx);
    const ours = resources.filter(({ owner }) => owner === 'managed');
    const note = ours.map(({ key, services, spec }) => ({ key, services, spec: spec as unknown as RecordSpec }));
    return { source, resources, note: note.sort((a, b) => (a.key < b.key ? -1 : 1)) };
  } catch (error) {
    const known = recall(cx, source);
    const remembered = known ?? [];
    // A dry run does not start a user's program: what it said last stands.
    if (known !== undefined && isFleetError(error) && error.code === 'RUN_NOT_READING')
      return { source, resources: remembered.map((one) => resourceOf(one, { values: [one.spec.value] })) };
    const message = `cannot read ${source.provider}: ${errorText(error)}`;
    cx.log.warn('zone unread', { provider: source.provider, error: errorText(error) });
    const unread = new Map(remembered.map((one) => [one.key, one]));
    for (const { key, services, spec } of Object.values(cx.desired.resources))
      if (isOf(source, spec, key)) unread.set(key, { key, services, spec: spec as unknown as RecordSpec });
    const thought = new Set(remembered.map(({ key }) => key));
    const state = ({ key, spec }: Remembered): RecordState => ({
      // A removal says what it expects to find.
      values: thought.has(key) ? [spec.value] : [],
      unread: message,
    });
    return { source, resources: [...unread.values()].map((one) => resourceOf(one, state(one))) };
  }
}

/** Without references: what leads to a name we cannot see must not wait for it. */
function resourceOf({ key, services, spec }: Remembered, state: RecordState): ObservedResource {
  const isRead = state.unread === undefined;
  return {
    key,
    kind: 'record',
    slot: key,
    services,
    owner: 'managed',
    spec: spec as unknown as Json,
    schema: 1,
    state: state as unknown as Json,
    health: 'none',
    references: isRead ? spec.routes.map((route) => ({ key: route })) : [],
    claims: [],
  };
}

function noteName({ provider }: RecordSource): string {
  return `records/${provider}`;
}

function recall(cx: ObserveContext<ReadHost>, source: RecordSource): readonly Remembered[] | undefined {
  const note = cx.ledger.notes[noteName(source)];
  return Array.isArray(note) ? (note as unknown as Remembered[]) : undefined;
}

function isOf(source: RecordSource, spec: unknown, key: string): boolean {
  return key.startsWith('record/') && recordProvider(spec as RecordSpec) === source.provider;
}

/**
 * One resource a key: of the source that the definition names, else ours before anybody's. What another source has of ours
 * under the same name (a zone changed hands) goes under a key of its own, which nothing wants.
 */
function merged(cx: ObserveContext<ReadHost>, sights: readonly Sight[]): ObservedResource[] {
  const found = new Map<string, ObservedResource>();
  const put = (key: `${string}/${string}`, resource: ObservedResource) =>
    found.set(key, { ...resource, key, slot: key });
  for (const { source, resources } of sights) {
    for (const resource of resources) {
      const wanted = cx.desired.resources[resource.key];
      const isElsewhere = wanted !== undefined && !isOf(source, wanted.spec, resource.key);
      const before = found.get(resource.key);
      if (!isElsewhere && (before === undefined || before.owner === 'foreign')) put(resource.key, resource);
      else if (resource.owner === 'managed') put(`${resource.key}@${source.provider}`, resource);
    }
  }
  return [...found.values()];
}
