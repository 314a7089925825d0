import type { Desired, Json, Reference, Resource } from '@reconcile/core';
import {
  type ContainerCare,
  type ContainerSpec,
  containerClaims,
  containerReferences,
  type Mount,
  type PublishedPort,
} from '@reconcile/core/kinds/container';

export interface DrillOptions {
  /** A port nobody holds, for each one that is asked for. */
  readonly freePort: () => number;
  /** Host directory of a named volume, where it exists. */
  readonly volumeDir: (name: string) => string | undefined;
}

const kept = new Set(['container', 'image', 'network', 'volume', 'secret']);

/**
 * The same services for a throw-away copy: other ports, all of them on 127.0.0.1, data read-only, nothing of the host's network,
 * no routes, names, certificates or jobs. Pure but for `options`.
 */
export function drillDesired(desired: Desired, options: DrillOptions): Desired {
  const resources: Record<string, Resource> = {};
  for (const resource of Object.values(desired.resources)) {
    if (!kept.has(resource.kind) || resource.active === false) continue;
    if (resource.kind !== 'container') {
      resources[resource.key] = resource;
      continue;
    }
    const made = drillContainer(resource as unknown as Resource<ContainerSpec, ContainerCare>, options);
    resources[made.key] = made as unknown as Resource;
    for (const { source } of made.spec.mounts) addVolume(resources, source, made.services);
  }
  return {
    ...desired,
    node: `${desired.node}-drill`,
    resources,
    refusals: [],
    policy: { ...desired.policy, mounts: ['/'] },
  };
}

function drillContainer(
  resource: Resource<ContainerSpec, ContainerCare>,
  options: DrillOptions,
): Resource<ContainerSpec, ContainerCare> {
  const { care, spec } = resource;
  const isHost = spec.network === 'host';
  const moved = new Map<string, number>();
  const ports = isHost ? [] : spec.ports.map((port) => shift(port, options, moved));
  const own: ContainerSpec = {
    ...spec,
    network: isHost ? 'none' : spec.network,
    ports,
    routes: isHost
      ? []
      : spec.routes.map((route) =>
          route.fixed === null
            ? route
            : { ...route, fixed: { ip: '127.0.0.1', port: moved.get(`tcp/${route.fixed.port}`) ?? route.fixed.port } },
        ),
    mounts: spec.mounts.map((mount) => readOnly(mount, options)),
  };
  const slots: Reference[] = resource.references.filter((ref) => 'slot' in ref);
  return {
    ...resource,
    spec: own,
    references: [...containerReferences(own), ...slots],
    claims: containerClaims(own),
    // Nobody can ask a program that has no network; that it runs has to do.
    ...(care === undefined
      ? {}
      : { care: isHost ? { ...care, health: { ...care.health, type: 'running' as const } } : care }),
  };
}

function shift(port: PublishedPort, { freePort }: DrillOptions, moved: Map<string, number>): PublishedPort {
  const host = freePort();
  for (let i = 1; i < port.count; i++) freePort();
  for (let i = 0; i < port.count; i++) moved.set(`${port.protocol}/${port.host + i}`, host + i);
  return { ...port, ip: '127.0.0.1', host };
}

function readOnly(mount: Mount, { volumeDir }: DrillOptions): Mount {
  const source = mount.source.startsWith('/') ? mount.source : (volumeDir(mount.source) ?? mount.source);
  // Owners are not changed and labels not set: the data is somebody's, and in use.
  return {
    ...mount,
    source,
    readOnly: true,
    options: mount.options.filter((option) => !['U', 'z', 'Z'].includes(option)),
  };
}

/** A volume's own directory is a host directory here. */
function addVolume(resources: Record<string, Resource>, source: string, services: readonly string[]): void {
  const key = `volume/${source}` as const;
  if (resources[key] !== undefined) return;
  const spec: Json = { driver: '', name: source, options: {}, source: 'host' };
  resources[key] = { key, kind: 'volume', slot: key, services, spec, specHash: '', references: [], claims: [] };
}
