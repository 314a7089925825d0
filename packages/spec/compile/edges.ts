import { routeDefaults } from '@reconcile/core/kinds/route';
import type { ComponentDefinition, RouteDefinition, ServiceDefinition } from '../model/index.ts';
import { edgeRoot, rootFile } from '../roots/index.ts';
import { type Compilation, warn } from './context.ts';
import { listenerSpec } from './listeners.ts';
import { nodeOf } from './placement.ts';
import { addRoute } from './routes.ts';
import { hostnameOf, internalName, wildcardOf, zoneOf } from './zones.ts';

/** While a worker replaces a service its own proxy holds requests; here they only wait for that proxy to come back. */
const edgeHoldMs = 10_000;

interface PublicRoute {
  readonly service: ServiceDefinition;
  readonly component: ComponentDefinition;
  readonly route: RouteDefinition;
}

/**
 * On an edge: a route, certificate and record for every public name of the fleet. It dials the worker's proxy listener, by
 * the internal name (SNI), and believes only that worker's own root, which the repository holds as `ca/<node>.pem`; for L4
 * the bytes go through unseen, under the public name. Either way the worker is told the client's address.
 */
export function compileEdge(cx: Compilation): void {
  for (const service of cx.services.values()) {
    if (!service.active) continue;
    for (const component of service.components) {
      for (const route of component.routes) if (route.public) addPublic({ service, component, route }, cx);
    }
  }
}

function addPublic({ service, component, route }: PublicRoute, cx: Compilation): void {
  const { fleet, assignment, node, snapshot } = cx.input;
  const worker = nodeOf(service, { fleet, assignment, node: node.node });
  if (worker === undefined || worker === node.node) return;
  const hostname = hostnameOf(route, service, fleet);
  const { tls } = listenerSpec(route.port, cx);
  if (!tls) {
    warn(cx, `nodes.${node.node}`, {
      message: `${hostname} of ${service.name} is not served here: listener ${route.port} does not speak TLS`,
    });
    return;
  }
  const target = fleet.nodes[worker];
  if (target === undefined || target.address === '') {
    refuse(
      {
        service,
        component,
        code: 'NoAddress',
        message: `edge route ${hostname}: fleet.toml has no address for node "${worker}"; write [nodes.${worker}] address = "…"`,
      },
      cx,
    );
    return;
  }
  const isL7 = route.mode === 'l7';
  if (zoneOf(hostname, fleet) === undefined) {
    const message = `edge route ${hostname}: it lies in none of fleet.toml's zones; write [[zones]] zone = "…" for it, driver = "none" if its records are yours`;
    refuse({ service, component, code: 'NoZone', message }, cx);
    return;
  }
  const root = isL7 ? edgeRoot(worker, snapshot.files) : undefined;
  if (root !== undefined && 'trouble' in root) {
    const ca = rootFile(worker);
    const message = `edge route ${hostname}: ${ca} ${root.trouble}; on ${worker} run: reconcile cert root, and commit its output as ${ca}`;
    refuse({ service, component, code: 'RootMissing', message }, cx);
    return;
  }
  const listens = Object.hasOwn(target.listen, route.port) ? target.listen[route.port] : undefined;
  addRoute(
    service,
    {
      ...routeDefaults,
      listener: route.port,
      hostname,
      path: route.path,
      mode: route.mode,
      tls,
      certificate: isL7 ? hostname : '',
      wildcard: isL7 ? wildcardOf(hostname, fleet) : '',
      rateLimit: route.rateLimit,
      allow: route.allow,
      deny: route.deny,
      remote: {
        address: target.address,
        port: listens ?? route.port,
        serverName: isL7 ? internalName(service, fleet) : hostname,
        ca: root?.path ?? '',
      },
      // The worker's listener takes nothing else from an edge's address, whatever its program gets.
      proxyProtocol: true,
      holdMs: edgeHoldMs,
    },
    cx,
  );
}

interface Refused {
  readonly service: ServiceDefinition;
  readonly component: ComponentDefinition;
  readonly code: string;
  readonly message: string;
}

/** Once for a name, however many paths it has. */
function refuse({ service, component, code, message }: Refused, cx: Compilation): void {
  if (cx.refusals.some((refusal) => refusal.service === service.name && refusal.message === message)) return;
  cx.refusals.push({ slot: `${service.name}/${component.name}`, service: service.name, code, message });
}
