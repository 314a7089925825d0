import type { Absence } from '@reconcile/core';
import type { NodeStanding, Standing } from '@reconcile/core/render';
import { isOf } from '../standing/scene.ts';
import { fail } from './errors.ts';

/** `rift:mcr/api` on rift is `mcr/api`. @throws NO_NODE */
export function plainName(name: string, node: string): string {
  const colon = name.indexOf(':');
  if (colon < 0) return name;
  if (name.slice(0, colon) === node) return name.slice(colon + 1);
  throw fail('NO_NODE', {
    message: `look at ${name}`,
    wanted: `a service of this node, ${node}`,
    actual: `node ${name.slice(0, colon)}`,
    hint: `log in there, or leave the node out: ${name.slice(colon + 1)}`,
  });
}

/** The rows that some names mean: a service, a component or a job. Without names all of them. @throws NO_SERVICE NO_NODE */
export function rowsNamed(standing: NodeStanding, names: readonly string[]): readonly Standing[] {
  if (names.length === 0) return standing.rows;
  const plain = names.map((name) => plainName(name, standing.node));
  for (const name of plain) assertThere(standing, name);
  return standing.rows.filter((row) => plain.some((name) => isOf(row.slot, name)));
}

/** A declared service that is not for this node: the name is right, and there is no row. */
export function absenceNamed({ absences, rows }: NodeStanding, name: string): Absence | undefined {
  if (rows.some((row) => isOf(row.slot, name))) return undefined;
  return absences.find(({ service }) => isOf(name, service));
}

function assertThere({ absences, node, rows }: NodeStanding, name: string): void {
  if (rows.some((row) => isOf(row.slot, name))) return;
  const absence = absences.find(({ service }) => isOf(name, service));
  const service = rows.filter((row) => row.service === name.split('/')[0]).map((row) => row.slot);
  const known = service.length > 0 ? service : [...new Set(rows.map((row) => row.service))];
  throw fail('NO_SERVICE', {
    message: `find ${name} on ${node}`,
    wanted: known.length === 0 ? 'a declared service' : `one of ${known.join(', ')}`,
    actual:
      absence === undefined
        ? 'not declared'
        : absence.node === undefined
          ? absence.why
          : `${absence.why}, on ${absence.node}`,
    hint: 'reconcile ps',
  });
}
