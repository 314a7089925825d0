import type { Absence } from '@reconcile/core';
import { type Line, line, type NodeStanding, piece } from '@reconcile/core/render';

/** `far  elsewhere on rift: it runs on orion` */
export function absenceLine({ node }: Pick<NodeStanding, 'node'>, name: string, absence: Absence): Line {
  const where =
    absence.node === undefined
      ? 'fleet.toml names several nodes and nothing says which one runs it: write node = "…" in its file'
      : `it runs on ${absence.node}`;
  return line(piece(name, 'bold'), `  ${absence.why} on ${node}: `, where);
}
