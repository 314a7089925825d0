import type { ObservedResource, ResourceKey, SlotKey } from '@reconcile/core';
import type { ContainerState } from '@reconcile/core/kinds/container';
import type { RouteSpec } from '@reconcile/core/kinds/route';
import { count, type Foreign, type NodeStanding, type Standing, worstGrade, type Zone } from '@reconcile/core/render';
import { certificateAlarms } from './certificates.ts';
import { containerStanding } from './container.ts';
import { jobStanding } from './job.ts';
import { routeAddress } from './reached.ts';
import { isLeaving, isOf, type Scene } from './scene.ts';
import { changeText, rootOf, waitText } from './words.ts';

/** Where the desired state came from: what a look alone does not know. */
export type Origin = Pick<NodeStanding, 'message' | 'author' | 'committedAt' | 'source'>;

/** How everything on this node stands. Pure. */
export function nodeStanding(scene: Scene, origin: Origin, zone: Zone): NodeStanding {
  const { desired, observed, plan } = scene;
  const rows = withOthers(scene, slotRows(scene, zone));
  const standing = {
    node: desired.node,
    fleet: desired.fleet,
    ...(desired.rank === undefined ? {} : { rank: desired.rank }),
    at: scene.now,
    commit: desired.commit,
    ...origin,
    rows,
    absences: desired.absences.filter(({ service }) => !rows.some((row) => row.service === service)),
    foreign: Object.values(observed.resources).flatMap(foreignOf),
    besides: besides(scene, rows),
    unmanaged: plan.unmanaged.length,
  };
  return { ...standing, next: nextCommand(scene, standing) };
}

/** The same for some rows alone; what the rest of the node needs is left out. */
export function narrowStanding(
  scene: Scene,
  whole: NodeStanding,
  { absences, rows }: Pick<NodeStanding, 'absences' | 'rows'>,
): NodeStanding {
  const next = worstGrade(rows) === 'well' ? '' : nextCommand(scene, { rows, besides: [] });
  return { ...whole, rows, absences, besides: [], next };
}

/** By stage, then name; jobs after all stages, what is not declared any more last. */
function slotRows(scene: Scene, zone: Zone): Standing[] {
  const { desired } = scene;
  const slots = new Set<SlotKey>([
    ...scene.wanted.keys(),
    ...desired.refusals.map((refusal) => refusal.slot),
    ...scene.standing.keys(),
  ]);
  const placed = [...slots].map((slot) => {
    const wanted = scene.wanted.get(slot);
    const stage = wanted?.stage ?? desired.services[slot.split('/')[0] ?? '']?.stage;
    return { slot, isJob: wanted?.kind === 'job', stage: isLeaving(scene, slot) ? undefined : stage };
  });
  const rank = ({ isJob, stage }: (typeof placed)[number]) => (isJob ? 1e6 : (stage ?? 1e9));
  placed.sort((a, b) => rank(a) - rank(b) || (a.slot < b.slot ? -1 : 1));
  return placed.map(({ isJob, slot, stage }) =>
    isJob
      ? jobStanding(scene, slot, zone)
      : containerStanding(scene, slot, { stage: stage === undefined ? undefined : desired.stages[stage]?.name, zone }),
  );
}

/** What waits or is to change besides containers and jobs is told on a row that would else look well: none goes unsaid. */
function withOthers(scene: Scene, rows: readonly Standing[]): Standing[] {
  const { plan } = scene;
  const told = new Map<SlotKey, { grade: 'waiting' | 'changing'; note: string }>();
  const tell = (
    item: { key: ResourceKey; services: readonly string[] },
    of: { grade: 'waiting' | 'changing'; note: string },
  ) => {
    const own = rows.filter((row) => row.kind === 'container' && item.services.includes(row.service));
    const row = own.find(({ slot }) => leadsTo(scene, item.key, slot)) ?? own[0];
    if (row?.grade === 'well' && !told.has(row.slot)) told.set(row.slot, of);
  };
  const isMain = (kind: string) => ['container', 'job', 'port-lease', 'file', 'policy'].includes(kind);
  for (const wait of plan.waiting) {
    if (isMain(kindOf(wait.key))) continue;
    tell(wait, {
      grade: 'waiting',
      note: `${partName(scene, wait.key)} waits: ${waitText(rootOf(plan.waiting, wait), scene.now)}`,
    });
  }
  for (const change of plan.changes) {
    if (isMain(change.kind)) continue;
    tell(change, { grade: 'changing', note: `${partName(scene, change.key)} ${changeText(change)}` });
  }
  return rows.map((row) => ({ ...row, ...told.get(row.slot) }));
}

function kindOf(key: ResourceKey): string {
  return key.slice(0, key.indexOf('/'));
}

function leadsTo(scene: Scene, key: ResourceKey, slot: SlotKey): boolean {
  const spec = routeSpec(scene, key);
  return spec?.backends.some((backend) => isOf(slot, backend.slot)) === true;
}

function routeSpec(scene: Scene, key: ResourceKey): RouteSpec | undefined {
  return kindOf(key) === 'route' ? (scene.desired.resources[key]?.spec as unknown as RouteSpec | undefined) : undefined;
}

/** A route by its address, anything else by kind and name: `volume notes-data`. */
function partName(scene: Scene, key: ResourceKey): string {
  const spec = routeSpec(scene, key);
  return spec === undefined ? key.replace('/', ' ') : routeAddress(spec);
}

/** What the plan says and no row shows. */
function besides(scene: Scene, rows: readonly Standing[]): string[] {
  const shown = new Set(rows.map((row) => row.service));
  const loose = (item: { services: readonly string[] }) => !item.services.some((service) => shown.has(service));
  const waits = scene.plan.waiting.filter(loose).map((wait) => `${wait.key} waits: ${waitText(wait, scene.now)}`);
  const changes = scene.plan.changes.filter(loose).length;
  const holds = scene.plan.held.filter((hold) => !hold.slots.some((slot) => rows.some((row) => row.slot === slot)));
  return [
    ...certificateAlarms(scene).map(({ text }) => text),
    ...holds.map((hold) => `held ${hold.id}: ${hold.message}`),
    ...waits,
    ...(changes === 0 ? [] : [`${count(changes, 'more change')} of the node itself: reconcile plan`]),
  ];
}

function foreignOf(resource: ObservedResource): Foreign[] {
  if (resource.kind !== 'container' || resource.owner !== 'foreign') return [];
  const state = resource.state as unknown as ContainerState;
  const ports = state.ports.map((fact) => {
    const [protocol = 'tcp', ip = '', host = ''] = fact.split('/');
    return `${ip}:${host}${protocol === 'tcp' ? '' : `/${protocol}`}`;
  });
  return [
    {
      name: resource.key.slice('container/'.length),
      state: state.phase,
      ...(state.phase === 'running' ? { startedAt: state.startedAt } : {}),
      ports: [...new Set(ports)],
    },
  ];
}

function nextCommand(scene: Scene, { besides: loose, rows }: Pick<NodeStanding, 'besides' | 'rows'>): string {
  const worst = worstGrade(rows);
  const row = rows.find((one) => one.grade === worst);
  const confirmable = scene.plan.held.find((hold) => hold.confirmable);
  switch (worst) {
    case 'failing':
    case 'rolled back':
    case 'refused':
    case 'waiting':
      return `reconcile explain ${row?.name ?? ''}`.trimEnd();
    case 'held':
      return confirmable === undefined ? `reconcile explain ${row?.name ?? ''}`.trimEnd() : confirmText(confirmable.id);
    case 'leaving':
    case 'changing':
      return 'reconcile plan';
    case 'well':
    case 'elsewhere':
      if (confirmable !== undefined) return confirmText(confirmable.id);
      return loose.length > 0 || scene.plan.actions.length > 0 ? 'reconcile plan' : '';
  }
}

function confirmText(id: string): string {
  return `reconcile plan, then: reconcile apply --confirm ${id}`;
}
