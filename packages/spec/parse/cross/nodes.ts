import { nearest } from '../suggest.ts';
import type { Parsed } from './snapshot.ts';

/** A pin names a node of the fleet, and one that runs containers. A fleet that names no nodes says nothing about them. */
export function checkNodes({ services, fleet }: Parsed): void {
  const { nodes } = fleet.definition;
  const known = Object.keys(nodes);
  if (known.length === 0) return;
  for (const { definition, report } of services) {
    const { node } = definition;
    if (node !== null && !known.includes(node)) {
      const near = nearest(node, known);
      report.error('UnknownNode', ['node'], {
        message: `fleet.toml has no node "${node}"`,
        hint: near === undefined ? `nodes are ${known.sort().join(', ')}` : `did you mean "${near}"?`,
      });
    } else if (node !== null && nodes[node]?.role === 'edge') {
      report.error('UnknownNode', ['node'], `"${node}" is an edge: it runs no containers`);
    } else if (node === null && definition.tier === 'core' && !known.some((name) => nodes[name]?.role === 'core')) {
      report.error('UnknownNode', ['tier'], {
        message: 'tier = "core" means the node with role core, and fleet.toml has none',
        hint: 'give one node role = "core"',
      });
    }
  }
}
