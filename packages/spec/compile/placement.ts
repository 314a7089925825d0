import type { Assignment } from '@reconcile/core';
import type { FleetDefinition, ServiceDefinition } from '../model/index.ts';

/** What placement is decided from. */
export interface Placing {
  readonly fleet: FleetDefinition;
  readonly assignment: Assignment | undefined;
  /** The node that asks: a fleet that names no nodes is this one alone. */
  readonly node: string;
}

/**
 * The node a service runs on; undefined: nobody said (`unplaced`). A pin is the repository's word and holds against an
 * assignment, which carries placement only (specs/0013).
 */
export function nodeOf(
  service: Pick<ServiceDefinition, 'name' | 'node' | 'tier'>,
  placing: Placing,
): string | undefined {
  const { fleet, assignment } = placing;
  const pin = service.node ?? (service.tier === 'core' ? coreNode(fleet) : undefined);
  if (pin !== undefined) return pin;
  if (assignment !== undefined)
    return Object.hasOwn(assignment.services, service.name) ? assignment.services[service.name] : undefined;
  const workers = Object.keys(fleet.nodes).filter((name) => fleet.nodes[name]?.role !== 'edge');
  if (Object.keys(fleet.nodes).length === 0) return placing.node;
  return workers.length === 1 ? workers[0] : undefined;
}

export function coreNode(fleet: FleetDefinition): string | undefined {
  return Object.keys(fleet.nodes).find((name) => fleet.nodes[name]?.role === 'core');
}

export function edgeNodes(fleet: FleetDefinition): readonly string[] {
  return Object.keys(fleet.nodes)
    .filter((name) => fleet.nodes[name]?.role === 'edge')
    .sort();
}
