import type { Absence, Assignment, Desired, Diagnostic, NodeFacts, Refusal, SourceSnapshot } from '@reconcile/core';
import type { FleetDefinition, NetworkDefinition, ServiceDefinition, VolumeDefinition } from '../model/index.ts';
import { Collector } from './collector.ts';
import { nodeOf } from './placement.ts';
import { planStages, type StagePlan } from './stages.ts';

export interface CompileInput {
  readonly snapshot: SourceSnapshot;
  /** Without errors: a snapshot that has some is not compiled at all. */
  readonly definitions: readonly ServiceDefinition[];
  readonly fleet: FleetDefinition;
  /** Placement by a master; absent without one. */
  readonly assignment?: Assignment;
  readonly node: NodeFacts;
  readonly generation: number;
}

export interface CompileResult {
  readonly desired: Desired;
  /** Warnings only: what fleet and node disagree about. */
  readonly diagnostics: readonly Diagnostic[];
}

/** All that one compilation knows and collects. */
export interface Compilation {
  readonly input: CompileInput;
  readonly out: Collector;
  readonly stages: StagePlan;
  /** All services by name, and those that run on this node. */
  readonly services: ReadonlyMap<string, ServiceDefinition>;
  readonly here: ReadonlySet<string>;
  /** Services that say how to build images. */
  readonly builders: readonly ServiceDefinition[];
  readonly networks: ReadonlyMap<string, NetworkDefinition>;
  readonly volumes: ReadonlyMap<string, VolumeDefinition>;
  /** Secrets that podman gives to a component or job of this node; others are only filled into files. */
  readonly given: ReadonlySet<string>;
  /** Public name or internal name → the routes that lead there; they get a record. */
  readonly published: Map<string, { readonly routes: Set<`${string}/${string}`>; readonly services: Set<string> }>;
  /** Wildcard → whether its domain itself is served too, and by whom it is used. */
  readonly wildcards: Map<string, { withApex: boolean; readonly services: Set<string> }>;
  readonly absences: Absence[];
  readonly refusals: Refusal[];
  readonly diagnostics: Diagnostic[];
}

export function begin(input: CompileInput): Compilation {
  const sorted = [...input.definitions].sort((a, b) => (a.name < b.name ? -1 : 1));
  const placing = { fleet: input.fleet, assignment: input.assignment, node: input.node.node };
  const isEdge = input.fleet.nodes[input.node.node]?.role === 'edge';
  const here = new Set<string>();
  const absences: Absence[] = [];
  for (const service of sorted) {
    const node = nodeOf(service, placing);
    if (node === undefined) absences.push({ service: service.name, why: 'unplaced' });
    else if (node !== input.node.node || isEdge) absences.push({ service: service.name, why: 'elsewhere', node });
    else here.add(service.name);
  }
  return {
    input,
    out: new Collector(),
    stages: planStages(input.fleet, sorted),
    services: new Map(sorted.map((service) => [service.name, service])),
    here,
    builders: sorted.filter((service) => Object.keys(service.builds).length > 0),
    networks: new Map(sorted.flatMap((service) => service.networks.map((network) => [network.name, network] as const))),
    volumes: new Map(sorted.flatMap((service) => service.volumes.map((volume) => [volume.name, volume] as const))),
    given: new Set(
      sorted
        .filter(({ active, name }) => active && here.has(name))
        .flatMap(({ components, jobs }) => [...components, ...jobs])
        .flatMap(({ secrets }) => secrets.map(({ name }) => name)),
    ),
    published: new Map(),
    wildcards: new Map(),
    absences,
    refusals: [],
    diagnostics: [],
  };
}

/** `hint`: what to do about it. */
export function warn(cx: Compilation, path: string, says: { readonly message: string; readonly hint?: string }): void {
  cx.diagnostics.push({
    severity: 'warning',
    code: 'Placement',
    file: 'fleet.toml',
    line: 0,
    column: 0,
    path,
    ...says,
  });
}
