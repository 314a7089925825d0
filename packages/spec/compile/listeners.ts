import { bindClaim, type ListenerSpec } from '@reconcile/core/kinds/listener';
import type { ServiceDefinition } from '../model/index.ts';
import type { Compilation, CompileInput } from './context.ts';
import { edgeNodes } from './placement.ts';

/** A listener's real binds on this node: as node.toml says, else all addresses, TLS except on 80. */
export function listenerSpec(port: number, { input }: Compilation): ListenerSpec {
  const given = Object.hasOwn(input.node.listeners, port) ? input.node.listeners[port] : undefined;
  const { binds, tls } =
    given === undefined ? { binds: [`[::]:${port}`], tls: port !== 80 } : { binds: given.bind, tls: given.tls };
  const edges = tls ? edgesOf(input) : [];
  return { binds, port, tls, ...(edges.length > 0 ? { edges } : {}) };
}

/** Addresses of the fleet's edges, for whom they ask; nobody else may say that a request came from somewhere else. */
function edgesOf({ fleet, node }: CompileInput): readonly string[] {
  const edges = edgeNodes(fleet).filter((name) => name !== node.node);
  return edges.flatMap((name) => fleet.nodes[name]?.address || []).sort();
}

/** A listener that something of a service needs. */
export function addListener(service: ServiceDefinition, port: number, cx: Compilation): void {
  cx.out.share(`listener/${port}`, service.name, () => {
    const spec = listenerSpec(port, cx);
    return { spec, claims: spec.binds.map(bindClaim) };
  });
}
