import type { CertificateSpec } from '@reconcile/core/kinds/certificate';
import { isBelow } from '@reconcile/core/kinds/record';
import type { FleetDefinition, RouteDefinition, ServiceDefinition, ZoneDefinition } from '../model/index.ts';

export { isBelow };

/** The longest `[[zones]]` entry that holds a name. */
export function zoneOf(hostname: string, fleet: FleetDefinition): ZoneDefinition | undefined {
  let best: ZoneDefinition | undefined;
  for (const zone of fleet.zones) {
    if (isBelow(hostname, zone.zone) && (best === undefined || zone.zone.length > best.zone.length)) best = zone;
  }
  return best;
}

/** Names below the fleet's zone are internal, all others public. */
export function issuerOf(hostname: string, fleet: FleetDefinition): CertificateSpec['issuer'] {
  return zoneOf(hostname, fleet)?.issuer ?? (isBelow(hostname, fleet.zone) ? 'internal-ca' : 'acme');
}

/**
 * What proves a name: `*.<zone>` where its zone asks for that and the name is the zone or one label below it, which is all that a
 * wildcard stands for (RFC 6125, section 6.4.3); else a certificate of its own: ''.
 */
export function wildcardOf(hostname: string, fleet: FleetDefinition): string {
  const zone = zoneOf(hostname, fleet);
  if (zone?.wildcard !== true) return '';
  const isCovered = hostname === zone.zone || hostname.slice(hostname.indexOf('.') + 1) === zone.zone;
  return isCovered ? `*.${zone.zone}` : '';
}

/** `<service>.<zone>`; '' where the fleet has no zone. */
export function internalName(service: Pick<ServiceDefinition, 'name'>, fleet: FleetDefinition): string {
  return fleet.zone === '' ? '' : `${service.name}.${fleet.zone}`;
}

/** A route's name; '' when it has none and the fleet has no zone (the parser reports that). */
export function hostnameOf(
  route: RouteDefinition,
  service: Pick<ServiceDefinition, 'name'>,
  fleet: FleetDefinition,
): string {
  return route.hostname ?? internalName(service, fleet);
}
