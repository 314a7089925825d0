import { exit, planExit, rowsExit, worst } from '@reconcile/core/exit';
import { narrow } from '@reconcile/core/plan';
import type { NodeStanding } from '@reconcile/core/render';
import { conditionsOf } from '../recover/conditions.ts';
import type { NodeDocument, ServicesDocument } from '../service/documents.ts';
import { narrowStanding, nodeStanding } from '../standing/node.ts';
import { originOf } from '../standing/origin.ts';
import { nodePast } from '../standing/past.ts';
import { type Scene, sceneOf } from '../standing/scene.ts';
import { plainName, rowsNamed } from '../subject/named.ts';
import type { Sight } from './sight.ts';

/** A look, indexed, and how everything stands by it. */
export async function standingOf(sight: Sight): Promise<{ scene: Scene; standing: NodeStanding }> {
  const scene = sceneOf(sight.seen);
  return { scene, standing: nodeStanding(scene, await originOf(sight.config, sight.host, sight.loaded), 'local') };
}

/** `status -o json`. */
export async function nodeDocument(sight: Sight): Promise<NodeDocument> {
  const { config, loaded, registry, seen } = sight;
  const { standing } = await standingOf(sight);
  const trouble = loaded.trouble === undefined ? exit.converged : exit.held;
  return {
    ...standing,
    past: nodePast(registry, config),
    ...conditionsOf(seen),
    exit: worst(planExit(seen.plan), rowsExit(standing.rows), trouble),
  };
}

/** `ps -o json`, of all or of some names. @throws NO_SERVICE NO_NODE */
export async function servicesDocument(sight: Sight, names: readonly string[] = []): Promise<ServicesDocument> {
  const { scene, standing: whole } = await standingOf(sight);
  const plain = names.map((name) => plainName(name, whole.node));
  const absences = whole.absences.filter(({ service }) => plain.includes(service));
  const here = plain.filter((name) => !absences.some(({ service }) => service === name));
  const rows = names.length > 0 && here.length === 0 ? [] : rowsNamed(whole, here);
  const plan = names.length === 0 ? sight.seen.plan : narrow(sight.seen.plan, { services: plain });
  const trouble = sight.loaded.trouble === undefined ? exit.converged : exit.held;
  const standing = names.length === 0 ? whole : narrowStanding(scene, whole, { rows, absences });
  return { ...standing, exit: worst(planExit(plan), rowsExit(rows), trouble) };
}
