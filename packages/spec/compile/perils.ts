import type { ContainerSpec } from '@reconcile/core/kinds/container';
import { dangers, type HostMount, ownDirectories } from '../danger/index.ts';
import type { ComponentDefinition, ServiceDefinition, VolumeDefinition } from '../model/index.ts';
import { plainPath } from '../syntax/paths.ts';
import type { Compilation } from './context.ts';
import { type Breach, hostPaths } from './policy.ts';

/** ssh is there whatever its configuration says, or it is about to be. */
const sshPort = { port: 22, why: 'is how the owner comes in (ssh)' };

/** What in one container could lock the owner out or break the node, unless waived here (specs/0050). */
export function perils(
  { component, service, spec }: { service: ServiceDefinition; spec: ContainerSpec; component?: ComponentDefinition },
  cx: Compilation,
): Breach[] {
  const { guarded, listeners, policy } = cx.input.node;
  const found = dangers(
    {
      service: service.name,
      spec,
      mounts: hostMounts(spec, cx.volumes),
      commands: [
        [...(spec.entrypoint ?? []), ...spec.command],
        component?.health.command ?? [],
        ...spec.files.flatMap(({ onChange }) =>
          typeof onChange === 'object' && 'exec' in onChange ? [onChange.exec] : [],
        ),
      ],
      listens: (component?.routes ?? []).flatMap(({ port }) => (listeners[String(port)] === undefined ? [port] : [])),
      paths: guarded?.paths ?? [],
      ports: [...(guarded?.ports ?? []), sshPort],
      neighbours: neighboursOf(cx),
    },
    policy,
  );
  return found.map(({ id, needles, what, why }) => ({
    code: 'Dangerous',
    message: `${what} is dangerous: it ${why}`,
    needles,
    waiver: { key: 'waive', value: id },
  }));
}

function hostMounts(spec: Pick<ContainerSpec, 'mounts'>, volumes: ReadonlyMap<string, VolumeDefinition>): HostMount[] {
  return spec.mounts.flatMap(({ readOnly, source }) =>
    hostPaths(source, volumes).map((path) => ({
      path: plainPath(path),
      readOnly,
      needles: source.startsWith('/') ? [`"${source}:`, source] : [path, source],
    })),
  );
}

const known = new WeakMap<Compilation, ReadonlyMap<string, readonly string[]>>();

/** Own directories of every service that runs here; found once a compilation. */
function neighboursOf(cx: Compilation): ReadonlyMap<string, readonly string[]> {
  const before = known.get(cx);
  if (before !== undefined) return before;
  const found = new Map<string, readonly string[]>();
  for (const name of cx.here) {
    const service = cx.services.get(name);
    const own = (service?.components ?? []).flatMap((component) =>
      ownDirectories(
        name,
        hostMounts(component, cx.volumes).filter(({ readOnly }) => !readOnly),
      ),
    );
    if (own.length > 0) found.set(name, own);
  }
  known.set(cx, found);
  return found;
}
