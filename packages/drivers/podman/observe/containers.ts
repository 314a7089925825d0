import type { ContainerRecord, Health, Json, ObservedResource } from '@reconcile/core';
import {
  type ContainerSpec,
  type ContainerState,
  containerClaims,
  containerReferences,
  isNamed,
  leasedClaims,
  portFacts,
  upgradeContainer,
} from '@reconcile/core/kinds/container';
import type { ContainerDetail, ContainerRow, RowState } from '../client/contract.ts';
import { labels, specOf } from '../labels.ts';

/** One row with everything that had to be found out beside it. */
export interface Seen {
  readonly row: ContainerRow;
  readonly verdict: 'ours' | 'ours-unknown' | 'foreign';
  readonly record: ContainerRecord | undefined;
  readonly alive: boolean;
  /** Only where the ledger does not know its aliases. */
  readonly detail: ContainerDetail | undefined;
}

/** A row as the planner sees it. */
export function observedContainer(seen: Seen): ObservedResource {
  const { row, verdict } = seen;
  const key = `container/${row.name}` as const;
  const ports = portFacts(row.ports);
  if (verdict === 'foreign') {
    const claims = row.state === 'running' ? ports.map(portClaimOf) : [];
    const state = stateOf(seen, undefined, ports) as unknown as Json;
    return {
      key,
      kind: 'container',
      slot: key,
      services: [],
      owner: 'foreign',
      state,
      health: 'none',
      references: [],
      claims,
    };
  }
  const recorded = recordedSpec(seen);
  const spec = recorded === undefined ? undefined : upgradeContainer(recorded.spec, recorded.schema);
  const slot = seen.record?.slot ?? row.labels[labels.slot] ?? key;
  return {
    key,
    kind: 'container',
    slot,
    services: slot === key ? [] : [slot.split('/')[0] ?? slot],
    owner: 'managed',
    ...(recorded ?? {}),
    state: stateOf(seen, spec, ports) as unknown as Json,
    health: healthOf(seen),
    references: spec === undefined ? [] : containerReferences(spec),
    claims: spec === undefined ? ports.map(portClaimOf) : [...containerClaims(spec), ...leasedClaims(ports, spec)],
  };
}

/** The ledger's word for what it made; the label's for anything else of ours. */
function recordedSpec(seen: Seen): { spec: Json; specHash?: string; schema: number } | undefined {
  const { record, row } = seen;
  if (record !== undefined && (record.id === row.id || row.state === 'storage')) {
    return { spec: record.spec, specHash: record.specHash, schema: record.schema };
  }
  const labelled = specOf(row.labels);
  if (labelled !== undefined) return labelled;
  return record?.id === '' ? { spec: record.spec, specHash: record.specHash, schema: record.schema } : undefined;
}

/** The last probe's word, if it was about this very container; probing anew is not the driver's. */
function healthOf({ row, record }: Seen): Health {
  if (row.state !== 'running') return 'none';
  return record?.id === row.id ? (record.health?.state ?? 'starting') : 'starting';
}

function stateOf(seen: Seen, spec: ContainerSpec | undefined, ports: readonly string[]): ContainerState {
  const { row, record, alive } = seen;
  const phase = phaseOf(row.state);
  return {
    phase,
    id: row.id,
    pid: phase === 'running' ? row.pid : 0,
    alive,
    exitCode: row.exitCode,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    exitedAt: row.exitedAt,
    imageId: row.imageId,
    ports,
    networks: [...row.networks].sort(),
    aliased: seen.detail === undefined ? record?.id === row.id && record.aliased : isAliased(spec, seen.detail),
    recreated: seen.verdict === 'ours-unknown' && record?.id !== '',
  };
}

function isAliased(spec: ContainerSpec | undefined, detail: ContainerDetail): boolean {
  if (spec === undefined || !isNamed(spec.network) || spec.aliases.length === 0) return false;
  const given = detail.networks[spec.network] ?? [];
  return spec.aliases.every((alias) => given.includes(alias));
}

/** Does telling its aliases need a look inside? Only for ours that the ledger does not know by id. */
export function needsDetail(verdict: Seen['verdict'], row: ContainerRow): boolean {
  return verdict === 'ours-unknown' && row.networks.length > 0;
}

function phaseOf(state: RowState): ContainerState['phase'] {
  switch (state) {
    case 'created':
    case 'configured':
    case 'initialized':
      return 'created';
    case 'exited':
    case 'stopped':
      return 'exited';
    case 'storage':
      return 'leftover';
    case 'running':
    case 'paused':
    case 'stopping':
    case 'removing':
    case 'unknown':
      return state;
  }
}

function portClaimOf(fact: string) {
  const [protocol = 'tcp', ip = '', host = '0'] = fact.split('/');
  return { scope: 'node', kind: 'port', value: `${protocol}/${ip}/${host}` } as const;
}
