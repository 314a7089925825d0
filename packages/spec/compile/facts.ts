import { type Compilation, warn } from './context.ts';
import { listenerSpec } from './listeners.ts';
import { edgeNodes } from './placement.ts';

/** Where fleet.toml and this machine's node.toml tell different stories about it. Warnings: each side may be ahead. */
export function checkFacts(cx: Compilation): void {
  const { fleet, node } = cx.input;
  const names = Object.keys(fleet.nodes).sort();
  if (names.length === 0) return;
  const me = Object.hasOwn(fleet.nodes, node.node) ? fleet.nodes[node.node] : undefined;
  const path = `nodes.${node.node}`;
  if (me === undefined) {
    warn(cx, 'nodes', {
      message: `fleet.toml has no node "${node.node}", which node.toml says this machine is; it names ${names.join(', ')}`,
      hint: 'nothing runs here until one of them is changed',
    });
    return;
  }
  if (me.address !== '' && !node.addresses.some((address) => address.ip === me.address)) {
    warn(cx, `${path}.address`, {
      message: `other nodes dial ${me.address}, which is none of this machine's [addresses] in node.toml`,
    });
  }
  if (me.role === 'edge' || edgeNodes(fleet).length === 0) return;
  for (const port of dialled(cx, me.listen)) {
    const dial = Object.hasOwn(me.listen, port) ? me.listen[port] : port;
    const { binds } = listenerSpec(port, cx);
    if (binds.some((bind) => Number(bind.slice(bind.lastIndexOf(':') + 1)) === dial)) continue;
    warn(cx, `${path}.listen`, {
      message: `edges dial port ${dial} of this machine for listener ${port}, which binds ${binds.join(', ')}`,
      hint: 'make [nodes.<name>] listen in fleet.toml and [listeners] in node.toml agree',
    });
  }
}

/** Logical ports that edges reach this node by. */
function dialled({ services, here }: Compilation, listen: Readonly<Record<string, number>>): number[] {
  const ports = new Set(Object.keys(listen).map(Number));
  for (const name of here) {
    for (const component of services.get(name)?.components ?? []) {
      for (const route of component.routes) if (route.public) ports.add(route.port);
    }
  }
  return [...ports].sort((a, b) => a - b);
}
