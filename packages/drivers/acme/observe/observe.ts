import type { Json, ObservedResource, Observer } from '@reconcile/core';
import { type CertificateState, isStorable, storedBy } from '@reconcile/core/kinds/certificate';
import type { ReadHost } from '@reconcile/host';
import { readBundle } from '@reconcile/host/tls';
import type { AcmeSettings } from './settings.ts';

/** The reading half: certificates in the node's store that were ordered here. Asks no server. */
export function acmeObserver(settings: Pick<AcmeSettings, 'certificatesDir'>): Observer<ReadHost> {
  return {
    name: 'acme',
    serves: ['certificate'],
    async observe({ host }) {
      const files = (await host.files.list(settings.certificatesDir)) ?? [];
      const names = files.flatMap((file) => (file.endsWith('.pem') ? [file.slice(0, -'.pem'.length)] : []));
      const found = await Promise.all(names.filter(isStorable).map((name) => observeOne(host, settings, name)));
      return { resources: found.filter((resource) => resource !== undefined) };
    },
  };
}

async function observeOne(
  host: ReadHost,
  { certificatesDir }: Pick<AcmeSettings, 'certificatesDir'>,
  name: string,
): Promise<ObservedResource | undefined> {
  const text = await host.files.text(`${certificatesDir}/${name}.pem`, { maxBytes: 262_144 });
  const made = text === undefined ? undefined : storedBy(text);
  if (text === undefined || made?.issuer !== 'acme') return undefined;
  const key = `certificate/${name}` as const;
  return {
    key,
    kind: 'certificate',
    slot: key,
    services: made.services,
    owner: 'managed',
    state: stateOf(text) as unknown as Json,
    health: 'none',
    references: [],
    claims: [],
  };
}

function stateOf(text: string): CertificateState {
  const bundle = readBundle(text);
  if (bundle === undefined)
    return { issuer: 'acme', names: [], notBefore: 0, notAfter: 0, fingerprint: '', unfit: 'its file is damaged' };
  const { fingerprint, names, notAfter, notBefore } = bundle.leaf;
  const unfit = bundle.trouble === undefined ? {} : { unfit: bundle.trouble };
  return { issuer: 'acme', names, notBefore, notAfter, fingerprint, ...unfit };
}
