import type { Json, ObservedResource, Observer } from '@reconcile/core';
import { type CertificateState, isStorable, storedBy } from '@reconcile/core/kinds/certificate';
import type { ReadHost } from '@reconcile/host';
import { lookAtChanged } from '@reconcile/host/changed';
import { readBundle } from '@reconcile/host/tls';
import type { AcmeSettings } from './settings.ts';

/** The reading half: certificates in the node's store that were ordered here. Asks no server. */
export function acmeObserver(settings: Pick<AcmeSettings, 'certificatesDir'>): Observer<ReadHost> {
  return {
    name: 'acme',
    serves: ['certificate'],
    async observe({ host, ledger }) {
      const files = (await host.files.list(settings.certificatesDir)) ?? [];
      const names = files.flatMap((file) => (file.endsWith('.pem') ? [file.slice(0, -'.pem'.length)] : []));
      const { found, note: seen } = await lookAtChanged<Found>(host.files, ledger.notes[note], {
        paths: names.filter(isStorable).map((name) => `${settings.certificatesDir}/${name}.pem`),
        given: '',
        look: (path) => lookAt(host, path),
      });
      const resources = [...found].flatMap(([path, one]) => (one === null ? [] : [resourceOf(path, one)]));
      return { resources, notes: { [note]: seen } };
    },
  };
}

/** Under this name what was seen is kept for the next look. */
const note = 'acme/certificates';

/** null: it is not one of ours. */
type Found = { readonly services: readonly string[]; readonly state: CertificateState } | null;

async function lookAt(host: ReadHost, path: string): Promise<Found> {
  const text = await host.files.text(path, { maxBytes: 262_144 });
  const made = text === undefined ? undefined : storedBy(text);
  return text === undefined || made?.issuer !== 'acme' ? null : { services: made.services, state: stateOf(text) };
}

function resourceOf(path: string, { services, state }: NonNullable<Found>): ObservedResource {
  const key = `certificate/${path.slice(path.lastIndexOf('/') + 1, -'.pem'.length)}` as const;
  return {
    key,
    kind: 'certificate',
    slot: key,
    services,
    owner: 'managed',
    state: state as unknown as Json,
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
