import type { Resource } from '@reconcile/core';
import type { ContainerCare, ContainerSpec, HealthSpec } from '@reconcile/core/kinds/container';
import type { VolumeSpec } from '@reconcile/core/kinds/volume';
import {
  type CommitWords,
  type DataStatus,
  momentText,
  type NodeStanding,
  type PartStatus,
  type ServiceStatus,
  type Standing,
  versionOf,
  worstGrade,
  type Zone,
} from '@reconcile/core/render';
import type { HistoryEntry } from '@reconcile/registry';
import { routeStatuses } from './routes.ts';
import { edgeLack, type Scene } from './scene.ts';
import type { Usage } from './usage.ts';

/** What the registry, git and podman say of a service beyond one look. */
export interface ServicePast {
  /** Of all its slots, newest first. */
  readonly history: readonly HistoryEntry[];
  /** The commit that last changed its file. */
  readonly wantedBy: CommitWords | undefined;
  readonly usage: ReadonlyMap<string, Usage>;
  readonly zone: Zone;
}

/** One service from all sides. Pure. */
export function serviceStatus(
  scene: Scene,
  standing: NodeStanding,
  of: { name: string; past: ServicePast },
): ServiceStatus {
  const { name, past } = of;
  const service = name.split('/')[0] ?? name;
  const rows = standing.rows.filter((row) => row.slot === name || row.slot.startsWith(`${name}/`));
  const parts = rows.map((row) => partStatus(scene, row, past));
  const containers = rows.filter((row) => row.kind === 'container');
  const running = containers.filter((row) => row.startedAt !== undefined);
  const main = running[0]?.container;
  const made = running.flatMap((row) => madeEntry(past.history, row) ?? [])[0];
  const since = running.flatMap((row) => row.startedAt ?? []);
  const status: Omit<ServiceStatus, 'next'> = {
    service: name,
    node: standing.node,
    at: standing.at,
    file: `services/${service}.toml`,
    commit: standing.commit,
    grade: worstGrade(rows),
    says: sayOf(rows),
    wants: wantsText(scene, rows),
    ...(past.wantedBy === undefined ? {} : { wantedBy: past.wantedBy }),
    runs: distinct(running.map((row) => row.version)),
    ...(since.length === 0 ? {} : { runsSince: Math.min(...since) }),
    ...(main === undefined || made === undefined ? {} : { runsCommit: made.commit }),
    because: rows.flatMap((row) =>
      row.grade === 'well' || row.note === '' ? [] : [rows.length === 1 ? row.note : `${row.slot}: ${row.note}`],
    ),
    parts,
    routes: routeStatuses(scene, service),
    data: dataOf(scene, service),
    ...dependencies(scene, service),
    last: past.history
      .slice(0, mostHistory)
      .map((entry) => historyWords(entry, { now: standing.at, zone: past.zone, alone: rows.length === 1 })),
  };
  const confirm = rows.flatMap(({ slot }) => scene.holds.get(slot) ?? []).find((hold) => hold.confirmable)?.id;
  return { ...status, next: nextCommands(status, { wantedBy: past.wantedBy, confirm }) };
}

const mostHistory = 6;

/** `running`, `partly running, failing`, `stopped`. */
function sayOf(rows: readonly Standing[]): string {
  const containers = rows.filter((row) => row.kind === 'container');
  const up = containers.filter((row) => row.startedAt !== undefined).length;
  const states = [...new Set(containers.map((row) => row.state))];
  const first =
    up > 0 && up === containers.length
      ? 'running'
      : up > 0
        ? `${up} of ${containers.length} running`
        : states.join(', ');
  const grade = worstGrade(rows);
  const words = [first, ...(grade === 'well' ? [] : [grade])].filter((word) => word !== '');
  return [...new Set(words)].join(', ') || 'jobs only';
}

function wantsText(scene: Scene, rows: readonly Standing[]): string {
  const versions = rows.flatMap((row) => {
    const spec = scene.wanted.get(row.slot)?.spec as unknown as ContainerSpec | undefined;
    return row.kind === 'container' && spec !== undefined ? [versionOf(spec.image)] : [];
  });
  if (versions.length > 0) return distinct(versions);
  if (rows.some((row) => row.isLeaving === true)) return 'nothing: not declared any more';
  if (rows.some((row) => edgeLack(scene, row.slot) !== undefined)) return 'a route from here';
  return rows.some((row) => row.grade === 'refused') ? 'what [policy] of this node refuses' : 'jobs only';
}

function distinct(texts: readonly string[]): string {
  return [...new Set(texts)].join(', ');
}

function partStatus(scene: Scene, row: Standing, past: ServicePast): PartStatus {
  const care = scene.wanted.get(row.slot)?.care as unknown as ContainerCare | undefined;
  const usage = past.usage.get(row.container);
  const made = madeEntry(past.history, row)?.at ?? 0;
  const restarts = past.history.filter(
    (entry) =>
      entry.slot === row.slot && entry.what === 'started' && entry.at >= made && entry.why.startsWith('Exited'),
  );
  return {
    ...row,
    probe: row.kind === 'job' || care === undefined ? '' : probeText(care.health),
    restarts: restarts.length,
    ...(row.kind === 'job' ? { runs: scene.runs[row.slot]?.runs ?? [] } : {}),
    ...(usage ?? {}),
  };
}

/** When what runs was made: a newer one that never became ready is not it, once the slot was ready before. */
function madeEntry(history: readonly HistoryEntry[], { slot }: Standing): HistoryEntry | undefined {
  const own = history.filter((entry) => entry.slot === slot);
  const ready = own.findIndex((entry) => entry.what === 'ready');
  return own.find((entry, i) => entry.what === 'created' && i > ready);
}

/** `http /healthz`, `tcp 8080`, `exec`. */
export function probeText({ path, port, type }: HealthSpec): string {
  if (type === 'http') return `http ${path === '' ? '/' : path}`;
  return port === null || port === '' ? type : `${type} ${port}`;
}

function dataOf(scene: Scene, service: string): DataStatus[] {
  return Object.values(scene.desired.resources).flatMap((resource): DataStatus[] => {
    if (resource.kind !== 'volume' || !resource.services.includes(service)) return [];
    const spec = resource.spec as unknown as VolumeSpec;
    const isThere = scene.observed.resources[resource.key] !== undefined;
    return [{ name: spec.name, kind: spec.source === 'named' ? 'volume' : 'directory', isThere }];
  });
}

/** Services whose components this one's refer to, and the other way round. */
function dependencies(scene: Scene, service: string): Pick<ServiceStatus, 'dependsOn' | 'neededBy'> {
  const dependsOn = new Set<string>();
  const neededBy = new Set<string>();
  for (const resource of scene.wanted.values()) {
    const own = resource.slot.split('/')[0] ?? '';
    for (const other of servicesReferred(resource)) {
      if (own === other) continue;
      if (own === service) dependsOn.add(other);
      if (other === service) neededBy.add(own);
    }
  }
  return { dependsOn: [...dependsOn].sort(), neededBy: [...neededBy].sort() };
}

function servicesReferred(resource: Resource): string[] {
  return resource.references.flatMap((ref) => ('slot' in ref ? [ref.slot.split('/')[0] ?? ref.slot] : []));
}

/** `03:12 rolled back`, `Nov 17 created 1.4 → 1.5`. */
export function historyWords(
  entry: HistoryEntry,
  { alone, now, zone }: { now: number; zone: Zone; alone: boolean },
): string {
  const part = alone ? [] : entry.slot.split('/').slice(1);
  const versions = [entry.from, entry.to].filter((ref) => ref !== '').map(versionOf);
  const which = [...new Set(versions)].join(' → ');
  return [momentText(entry.at, now, zone), entry.what.replace('-', ' '), part.join('/'), which]
    .filter(Boolean)
    .join(' ');
}

function nextCommands(
  status: Omit<ServiceStatus, 'next'>,
  { confirm, wantedBy }: { wantedBy: CommitWords | undefined; confirm: string | undefined },
): string[] {
  const { grade, service } = status;
  const undo = wantedBy === undefined ? [] : [`git revert ${wantedBy.commit.slice(0, 7)}`];
  const bad = status.parts.find((part) => part.grade === grade)?.name ?? service;
  switch (grade) {
    case 'rolled back':
      return [`reconcile logs ${bad} --previous`, `reconcile retry ${bad}`, ...undo];
    case 'failing':
      return [`reconcile explain ${bad}`, `reconcile logs ${bad}`];
    case 'refused':
    case 'waiting':
      return [`reconcile explain ${bad}`];
    case 'held':
      return ['reconcile plan', ...(confirm === undefined ? [] : [`reconcile apply --confirm ${confirm}`])];
    case 'leaving':
      return ['reconcile plan'];
    case 'changing':
      return [`reconcile plan -s ${service}`];
    case 'well':
    case 'elsewhere':
      return [];
  }
}
