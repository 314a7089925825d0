import type { Json } from '../../model/json.ts';
import type { ResourceKey } from '../../model/resource.ts';
import {
  type RecordDriver,
  type RecordSpec,
  type RecordState,
  type RecordType,
  recordKey,
  type SeenRecord,
} from './spec.ts';

/** Who made a record and what for: written beside it, and the only proof that it is ours (specs/0021). */
export interface RecordMark {
  readonly fleet: string;
  readonly node: string;
  readonly services: readonly string[];
  readonly routes: readonly ResourceKey[];
}

const opening = 'reconcile:1';

/** One line without quotes or control characters: `reconcile:1 fleet=home node=rift services=web routes=443,8443/api`. */
export function markText(mark: RecordMark, hostname: string): string {
  const routes = mark.routes.map((key) => routeWord(key, hostname)).join(',');
  const services = mark.services.map(encodeURIComponent).join(',');
  const fleet = encodeURIComponent(mark.fleet);
  return `${opening} fleet=${fleet} node=${encodeURIComponent(mark.node)} services=${services} routes=${routes}`;
}

/** The mark of a line; undefined when it is none. Total: any text may come in. */
export function parseMark(text: string, hostname: string): RecordMark | undefined {
  const [first, ...words] = text.split(' ');
  if (first !== opening) return undefined;
  const found = new Map(words.map((word) => splitAt(word, '=')));
  const fleet = decoded(found.get('fleet'));
  const node = decoded(found.get('node'));
  if (fleet === undefined || node === undefined) return undefined;
  const services = listed(found.get('services')).flatMap((word) => decoded(word) ?? []);
  const routes = listed(found.get('routes')).flatMap((word): ResourceKey[] => {
    const [listener, path] = splitAt(word, '/');
    const tail = decoded(path);
    return /^\d{1,5}$/.test(listener) && tail !== undefined ? [`route/${listener}/${hostname}${tail}`] : [];
  });
  return { fleet, node, services: services.sort(), routes: routes.sort() };
}

/** A route of this name by listener and path: the name itself is known. */
function routeWord(key: ResourceKey, hostname: string): string {
  const [, listener = '', ...rest] = key.split('/');
  return `${listener}/${encodeURIComponent(rest.join('/').slice(hostname.length))}`;
}

function splitAt(word: string, by: string): [string, string] {
  const at = word.indexOf(by);
  return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + by.length)];
}

function listed(word: string | undefined): string[] {
  return (word ?? '').split(',').filter((one) => one !== '');
}

function decoded(word: string | undefined): string | undefined {
  try {
    return word === undefined ? undefined : decodeURIComponent(word);
  } catch {
    return undefined;
  }
}

/** What a driver found under one name and type. */
export interface FoundRecord {
  readonly type: RecordType;
  readonly hostname: string;
  readonly zone: string;
  readonly driver: RecordDriver;
  readonly state: RecordState;
  /** undefined: nobody marked it. */
  readonly mark: RecordMark | undefined;
}

/** Ours is what carries our fleet's and our node's mark; all else is foreign, another node of our fleet included. */
export function isOurs(mark: RecordMark | undefined, me: { readonly fleet: string; readonly node: string }): boolean {
  return mark !== undefined && mark.fleet === me.fleet && mark.node === me.node;
}

/** A found record as the planner knows it. */
export function seenRecord(found: FoundRecord, me: { readonly fleet: string; readonly node: string }): SeenRecord {
  const { type, hostname, zone, driver, state, mark } = found;
  const key = recordKey(found);
  const base = { key, kind: 'record', slot: key, state, health: 'none', claims: [] } as const;
  if (mark === undefined || !isOurs(mark, me)) return { ...base, services: [], owner: 'foreign', references: [] };
  const spec: RecordSpec = { type, hostname, zone, driver, value: state.values[0] ?? '', routes: mark.routes };
  return {
    ...base,
    services: mark.services,
    owner: 'managed',
    spec: spec as unknown as Json,
    schema: 1,
    references: mark.routes.map((route) => ({ key: route })),
  };
}
