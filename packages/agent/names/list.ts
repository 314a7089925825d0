import type { Desired, Observed, ObservedResource, Plan, Resource } from '@reconcile/core';
import { isBelow, type RecordSpec, type RecordState, recordProvider } from '@reconcile/core/kinds/record';
import type { RouteSpec } from '@reconcile/core/kinds/route';
import { checkPointing } from '@reconcile/drivers/dns-none/observe';
import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import { type RecordTables, recordTables } from '../wire/records/index.ts';
import { askAll, askTimeoutMs, serverOf } from './ask.ts';
import type { NameRow } from './row.ts';

export interface NamesInput {
  readonly config: NodeConfig;
  readonly host: ReadHost;
  readonly desired: Desired;
  readonly observed: Observed;
  readonly plan: Plan;
  /** Whom to ask instead: `127.0.0.1:53`. */
  readonly server?: string;
}

/** Every name: declared, in its zone, and answered by a server right now. Waits at most a few seconds for slow ones. */
export async function listNames(input: NamesInput): Promise<NameRow[]> {
  const tables = await recordTables(input.config);
  const rows = [...wantedRows(input), ...otherRows(input, tables)];
  const ask = rows.map((row) => ({ ...row, server: input.server ?? serverOf(row.provider, tables) }));
  const served = await askAll(input.host, ask);
  const told = rows.map((row, at) => judged({ ...row, served: served[at] ?? null }));
  return [...told, ...(await yours(input))].sort((a, b) => order(a, b));
}

function order(a: NameRow, b: NameRow): number {
  const left = `${a.name} ${a.type}`;
  const right = `${b.name} ${b.type}`;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What definitions want, with what there is of it. */
function wantedRows({ desired, observed, plan }: NamesInput): NameRow[] {
  const unmanaged = new Map(plan.unmanaged.map(({ key, why }) => [key, why]));
  const waits = new Map(
    plan.waiting.map(({ code, key, message }) => [
      key,
      code === 'NameConflict' ? "somebody else's is in the way" : message,
    ]),
  );
  return Object.values(desired.resources).flatMap((resource): NameRow[] => {
    if (resource.kind !== 'record') return [];
    const spec = resource.spec as unknown as RecordSpec;
    const seen = observed.resources[resource.key];
    const state = seen?.state as unknown as RecordState | undefined;
    const why = unmanaged.get(resource.key);
    const blind = observed.blind.record?.message;
    const unread = state?.unread ?? (why === undefined ? blind : undefined);
    return [
      {
        name: spec.hostname,
        type: spec.type,
        zone: spec.zone,
        provider: recordProvider(spec),
        owner: why === undefined ? (seen?.owner === 'foreign' ? 'foreign' : 'ours') : 'unmanaged',
        services: resource.services,
        declared: [spec.value],
        configured: why !== undefined || unread !== undefined ? null : (state?.values ?? []),
        served: null,
        state: why ?? unread ?? waits.get(resource.key) ?? '',
        isWell: why !== undefined,
      },
    ];
  });
}

/** What stands in our zones and nothing here wants: leaving, or somebody else's. */
function otherRows({ desired, observed }: NamesInput, tables: RecordTables): NameRow[] {
  return Object.values(observed.resources).flatMap((seen: ObservedResource): NameRow[] => {
    if (seen.kind !== 'record' || desired.resources[seen.key] !== undefined) return [];
    const [, type = '', ...rest] = seen.key.split('/');
    const spec = seen.spec as unknown as RecordSpec | undefined;
    const state = seen.state as unknown as RecordState;
    const isOurs = seen.owner === 'managed';
    const name = spec?.hostname ?? rest.join('/');
    return [
      {
        name,
        type: type as RecordSpec['type'],
        zone: spec?.zone ?? '',
        provider: spec === undefined ? providerOf(name, tables) : recordProvider(spec),
        owner: isOurs ? 'ours' : 'foreign',
        services: seen.services,
        declared: [],
        configured: state.unread === undefined ? state.values : null,
        served: null,
        state: state.unread ?? (isOurs ? 'to be removed' : 'not ours'),
        isWell: !isOurs,
      },
    ];
  });
}

/** Whose zone a foreign name lies in: the longest one that this node has a table for, else the hosts directory. */
function providerOf(name: string, tables: RecordTables): string {
  const zones = (['rfc2136', 'exec', 'mcns'] as const)
    .flatMap((driver) => Object.keys(tables[driver]).map((zone) => ({ driver, zone })))
    .filter(({ zone }) => isBelow(name, zone))
    .sort((a, b) => b.zone.length - a.zone.length);
  return zones[0] === undefined ? 'hosts' : recordProvider(zones[0]);
}

/** The three compared, where nothing worse is known already. */
function judged(row: NameRow): NameRow {
  const { configured, declared, served } = row;
  if (row.state !== '' || configured === null) return row;
  const wanted = declared.join();
  if (configured.join() !== wanted)
    return { ...row, state: configured.length === 0 ? 'not made yet' : 'to be changed' };
  if (served === null) return { ...row, state: 'made; no server answers' };
  if (served.join() === wanted) return { ...row, state: 'served', isWell: true };
  return { ...row, state: served.length === 0 ? 'made, not served' : 'made, served as something else' };
}

/** Of a plan: the names of yours whose routes it makes or changes, and where they lead today. Asks nobody where there are none. */
export async function pointingNames(input: Omit<NamesInput, 'observed'>): Promise<NameRow[]> {
  const changed = input.plan.changes.flatMap(({ kind, key, type }) => {
    const route = kind === 'route' && type !== 'remove' ? input.desired.resources[key] : undefined;
    return route === undefined ? [] : [hostnameOf(route)];
  });
  return changed.length === 0 ? [] : yours(input, new Set(changed));
}

/** Names of routes in zones that nobody here writes: we look whether they lead here, and say so. */
async function yours(
  { config, desired, host, server }: Omit<NamesInput, 'observed'>,
  only?: ReadonlySet<string>,
): Promise<NameRow[]> {
  const resources = Object.values(desired.resources);
  const written = new Set(resources.flatMap((one) => (one.kind === 'record' ? [hostnameOf(one)] : [])));
  const names = new Map<string, Resource>();
  for (const one of resources) {
    const name = one.kind === 'route' ? hostnameOf(one) : '';
    const isAsked = only?.has(name) !== false && name !== '';
    if (isAsked && !written.has(name) && !isBehindEdge(one)) names.set(name, one);
  }
  const addresses = config.addresses.map(({ ip }) => ip);
  const options = { timeoutMs: askTimeoutMs, ...(server === undefined ? {} : { server }) };
  return Promise.all(
    [...names].map(async ([name, { services }]): Promise<NameRow> => {
      const { says, values, verdict } = await checkPointing(host, { hostname: name, addresses, ...options });
      const type = values.length > 0 && values.every((value) => value.includes(':')) ? 'AAAA' : 'A';
      const row = {
        name,
        type,
        zone: '',
        provider: '',
        owner: 'yours',
        services,
        declared: [],
        configured: null,
      } as const;
      return { ...row, served: verdict === 'unknown' ? null : values, state: says, isWell: true };
    }),
  );
}

function hostnameOf({ spec }: Resource): string {
  return (spec as unknown as RecordSpec | RouteSpec).hostname;
}

/** A public name whose edge has record and certificate: it does not lead here. */
function isBehindEdge({ spec }: Resource): boolean {
  const { certificate, hostname, mode, tls } = spec as unknown as RouteSpec;
  return mode === 'l7' && tls && certificate !== hostname;
}
