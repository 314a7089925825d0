import type { FieldChange, PlanInput, SlotKey } from '@reconcile/core';
import {
  type ContainerCare,
  type ContainerSpec,
  containerFields,
  fileDifferences,
} from '@reconcile/core/kinds/container';
import { judge } from '@reconcile/core/plan';
import type { Check, Explanation, NodeStanding, Zone } from '@reconcile/core/render';
import { specOf } from '../standing/container.ts';
import { edgeLack, mainContainer, type Scene } from '../standing/scene.ts';
import type { Case, Facts } from './case.ts';
import { serviceOf } from './case.ts';
import { containerChecks } from './container.ts';
import { definitionChecks } from './definition.ts';
import { healthCheck, routeChecks } from './health.ts';
import { jobChecks } from './job.ts';
import { needChecks } from './needs.ts';
import { nextSteps } from './next.ts';

export interface ExplainInput {
  readonly scene: Scene;
  readonly standing: NodeStanding;
  readonly input: PlanInput;
  readonly facts: Facts;
  readonly zone: Zone;
}

/** Why a component or job is in the state it is in. Pure; undefined: there is no such slot. */
export function explain(given: ExplainInput, slot: SlotKey): Explanation | undefined {
  const { facts, scene, standing, zone } = given;
  const row = standing.rows.find((one) => one.slot === slot);
  if (row === undefined) return undefined;
  const of: Case = {
    scene,
    standing,
    row,
    slot,
    wanted: scene.wanted.get(slot),
    seen: mainContainer(scene, slot),
    facts,
    zone,
  };
  return {
    slot,
    name: row.name,
    grade: row.grade,
    state: row.state,
    file: `services/${serviceOf(of)}.toml`,
    commit: standing.commit,
    why: row.kind === 'job' && row.grade === 'well' ? '' : row.note,
    checks: checksOf(of, given.input),
    fields: differences(of),
    output: speaks(of) ? facts.output : { of: '', lines: [] },
    next: nextSteps(of),
  };
}

/** Its own words help where it failed; elsewhere they are noise. */
function speaks({ row, seen }: Case): boolean {
  if (row.kind === 'job') return row.health === 'unhealthy';
  return (
    row.grade === 'failing' || row.grade === 'rolled back' || (row.grade !== 'well' && seen?.state.phase === 'exited')
  );
}

function checksOf(of: Case, input: PlanInput): Check[] {
  const definition = definitionChecks(of);
  if (of.row.kind === 'job') return [...definition, ...needChecks(of), ...jobChecks(of)];
  const isNowhere = of.row.grade === 'refused' || edgeLack(of.scene, of.slot) !== undefined;
  if (isNowhere && of.seen === undefined) return definition;
  const health = healthCheck(of);
  return [
    ...definition,
    ...needChecks(of),
    ...containerChecks(of, judge(input, of.slot)),
    ...(health === undefined ? [] : [health]),
    ...routeChecks(of),
  ];
}

/** Between what was recorded when it was made and what is declared now, whichever of them counts. */
function differences({ seen, wanted }: Case): FieldChange[] {
  const recorded = specOf(seen);
  if (recorded === undefined || wanted?.kind !== 'container') return [];
  const spec = wanted.spec as unknown as ContainerSpec;
  const { ignore } = wanted.care as unknown as ContainerCare;
  return [
    ...containerFields(recorded, spec, ignore),
    ...fileDifferences(recorded.files, spec.files).map(({ change }) => change),
  ];
}
