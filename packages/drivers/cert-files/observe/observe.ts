import type { ObservedResource, Observer } from '@reconcile/core';
import {
  type CertificateSpec,
  type CertificateState,
  certificateState,
  isStorable,
  seenCertificate,
  storedBy,
  storedNames,
  storedPath,
} from '@reconcile/core/kinds/certificate';
import type { ReadHost } from '@reconcile/host';
import { readBundle } from '@reconcile/host/tls';
import { readOffer } from './offer.ts';
import type { CertFilesSettings } from './settings.ts';

/** The reading half: what was taken over, and for every name that is wanted what others offer. */
export function certFilesObserver(settings: CertFilesSettings): Observer<ReadHost> {
  return {
    name: 'cert-files',
    serves: ['certificate'],
    async observe({ desired, host }) {
      const wanted = new Map(
        Object.values(desired.resources).flatMap(({ kind, spec: given }) => {
          const spec = given as unknown as CertificateSpec;
          const isTheirs = kind === 'certificate' && spec.issuer === 'cert-files' && isStorable(spec.hostname);
          return isTheirs ? [[spec.hostname, spec] as const] : [];
        }),
      );
      const held = storedNames((await host.files.list(settings.certificatesDir)) ?? []);
      const all = [...new Set([...wanted.keys(), ...held])].sort();
      const found = await Promise.all(all.map((name) => observeOne(host, settings, { name, spec: wanted.get(name) })));
      return { resources: found.filter((resource) => resource !== undefined) };
    },
  };
}

const nothing: CertificateState = { issuer: '', names: [], notBefore: 0, notAfter: 0, fingerprint: '' };

async function observeOne(
  host: ReadHost,
  settings: CertFilesSettings,
  { name, spec }: { readonly name: string; readonly spec: CertificateSpec | undefined },
): Promise<ObservedResource | undefined> {
  const path = storedPath(settings.certificatesDir, name) ?? '';
  const text = await host.files.text(path, { maxBytes: 262_144 });
  const made = text === undefined ? undefined : storedBy(text);
  if (spec === undefined && made?.issuer !== 'cert-files') return undefined;
  const offer = spec === undefined ? undefined : await readOffer(host, settings, spec);
  const state: CertificateState = {
    ...stored(text),
    ...(offer === undefined
      ? {}
      : { offered: 'trouble' in offer ? offer : { fingerprint: offer.bundle.leaf.fingerprint } }),
  };
  return seenCertificate(name, { services: made?.services ?? [], state });
}

function stored(text: string | undefined): CertificateState {
  return text === undefined ? nothing : certificateState(storedBy(text)?.issuer ?? '', readBundle(text));
}
