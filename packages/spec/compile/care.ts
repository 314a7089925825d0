import type { ContainerCare, ContainerSpec, HealthSpec, UpdateSpec } from '@reconcile/core/kinds/container';
import type { ComponentDefinition, FleetDefinition } from '../model/index.ts';

const healthDefaults: HealthSpec = {
  type: 'running',
  path: '',
  port: null,
  command: [],
  expect: '',
  intervalMs: 10_000,
  timeoutMs: 3000,
  startPeriodMs: 0,
  successes: 1,
  failures: 3,
};

const updateDefaults: UpdateSpec = {
  strategy: 'auto',
  minReadyMs: 2000,
  deadlineMs: 120_000,
  drainMs: 10_000,
  rollback: true,
  snapshot: false,
  holdRequests: true,
};

export function updateOf(component: ComponentDefinition, fleet: FleetDefinition): UpdateSpec {
  return { ...updateDefaults, ...fleet.updateDefaults, ...component.update };
}

/** How we look after a component: the product's defaults, the fleet's above them, its own on top. */
export function careOf(component: ComponentDefinition, spec: ContainerSpec, fleet: FleetDefinition): ContainerCare {
  return {
    health: healthOf(component, spec, fleet),
    update: updateOf(component, fleet),
    restart: component.restart,
    ignore: component.ignore,
    ...(component.snapshotHook === undefined ? {} : { snapshotHook: component.snapshotHook }),
  };
}

/** Without a type: `tcp` where there is a route or tcp port to connect to, else "running". */
function healthOf(component: ComponentDefinition, spec: ContainerSpec, fleet: FleetDefinition): HealthSpec {
  const given = { ...healthDefaults, ...fleet.healthDefaults, ...component.health };
  const canConnect =
    spec.routes.length > 0 ||
    typeof component.health.port === 'number' ||
    spec.ports.some((port) => port.protocol === 'tcp');
  const type = component.health.type ?? (canConnect ? 'tcp' : 'running');
  const path = type === 'http' && given.path === '' ? '/' : given.path;
  const [first] = component.routes;
  const route = component.routes.find(({ containerPort, name }) => given.port === name || given.port === containerPort);
  const asked = given.port === null ? first : route;
  const tls = type === 'grpc' && asked !== undefined && asked.backendTls !== null;
  return { ...given, type, path, ...(tls ? { tls } : {}) };
}
