import type { CertificateSpec } from '@reconcile/core/kinds/certificate';
import type { ServiceDefinition } from '../model/index.ts';
import type { Compilation } from './context.ts';
import { addListener } from './listeners.ts';
import { issuerOf, wildcardOf, zoneOf } from './zones.ts';

/** What proves a name: a certificate of its own, or its zone's wildcard, which is made once all who use it are known. */
export function addCertificate(service: ServiceDefinition, hostname: string, cx: Compilation): void {
  const { input, out, wildcards } = cx;
  const shared = wildcardOf(hostname, input.fleet);
  if (shared !== '') {
    const users = wildcards.get(shared) ?? { withApex: false, services: new Set() };
    users.withApex ||= shared === `*.${hostname}`;
    users.services.add(service.name);
    wildcards.set(shared, users);
    return;
  }
  const spec = specOf(hostname, cx);
  // Whoever signs for public names asks there whether the name is ours (RFC 8555, section 8.3).
  const asked = spec.issuer === 'acme' && input.node.listeners[80]?.tls === false;
  if (asked) addListener(service, 80, cx);
  const references = asked ? ([{ key: 'listener/80' }] as const) : [];
  out.share(`certificate/${hostname}`, service.name, () => ({ spec, references }));
}

/** The wildcards that some name here is proven by. */
export function compileWildcards(cx: Compilation): void {
  for (const [name, { services, withApex }] of [...cx.wildcards].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const spec: CertificateSpec = { ...specOf(name, cx), ...(withApex ? { withApex } : {}) };
    for (const service of [...services].sort()) cx.out.share(`certificate/${name}`, service, () => ({ spec }));
  }
}

function specOf(hostname: string, { input: { fleet } }: Compilation): CertificateSpec {
  const issuer = issuerOf(hostname, fleet);
  const zone = zoneOf(hostname, fleet)?.zone ?? (issuer === 'internal-ca' ? fleet.zone : '');
  return { hostname, issuer, zone };
}
