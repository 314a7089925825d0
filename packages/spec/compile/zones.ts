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
