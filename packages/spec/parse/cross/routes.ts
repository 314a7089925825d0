import { isBelow } from '@reconcile/core/kinds/record';
import { edgeNodes } from '../../compile/placement.ts';
import { hostnameOf, internalName } from '../../compile/zones.ts';
import type { RouteDefinition } from '../../model/index.ts';
import type { Path } from '../path.ts';
import type { ParsedService } from '../service.ts';
import { elsewhere, type Parsed } from './snapshot.ts';

/** Every route has a name, and no two share listener, name and path. */
export function checkRoutes(parsed: Parsed): void {
  const first = new Map<string, { readonly service: ParsedService; readonly path: Path }>();
  for (const service of parsed.services) {
    for (const component of service.components) {
      for (const { value: route, path } of component.routes) {
        const hostname = hostnameOf(route, service.definition, parsed.fleet.definition);
        if (hostname === '') {
          if (!parsed.fleet.report.hasErrors) noHostname(service, path);
          continue;
        }
        const key = `${route.port} ${hostname} ${route.path}`;
        const other = first.get(key);
        if (other === undefined) first.set(key, { service, path });
        else duplicate(key, { service, path, first: other });
        checkPublic({ service, route, path, hostname }, parsed);
      }
    }
  }
}

function noHostname(service: ParsedService, path: Path): void {
  service.report.error('NoHostname', path, {
    message: 'the route has no host name, and fleet.toml has no zone to make one from',
    at: 'key',
    hint: 'write hostname = "…" here, or zone = "…" in fleet.toml',
  });
}

interface Duplicate {
  readonly service: ParsedService;
  readonly path: Path;
  readonly first: { readonly service: ParsedService; readonly path: Path };
}

function duplicate(key: string, { service, path, first }: Duplicate): void {
  const [port, hostname, below] = key.split(' ');
  const same = first.service === service;
  service.report.error('DuplicateRoute', path, {
    message: `listener ${port}, ${hostname}${below === '/' ? '' : below} leads to service "${first.service.definition.name}" in ${elsewhere(first.service.report.file, service.report.file)} already`,
    at: 'key',
    hint: same
      ? (lineOf) => `the other is in line ${lineOf(first.path) ?? '?'}; give one another port, hostname or path`
      : 'give one another port, hostname or path',
  });
}

interface Public {
  readonly service: ParsedService;
  readonly route: RouteDefinition;
  readonly path: Path;
  readonly hostname: string;
}

/** Internal names never appear on an edge (its certificates are public). */
function checkPublic({ service, route, path, hostname }: Public, parsed: Parsed): void {
  const fleet = parsed.fleet.definition;
  if (!route.public || edgeNodes(fleet).length === 0) return;
  const { report } = service;
  if (isBelow(hostname, fleet.zone)) {
    report.error('PublicName', path, {
      message: `a public route needs a public name; ${hostname} lies in the fleet's own zone`,
      at: 'key',
      hint: 'write hostname = "…" with the name that the world uses',
    });
  } else if (route.mode === 'l7' && internalName(service.definition, fleet) === '') {
    report.error('PublicName', path, {
      message: 'an edge reaches this service by its internal name, and fleet.toml has no zone to make one from',
      at: 'key',
      hint: 'write zone = "…" in fleet.toml',
    });
  }
}
