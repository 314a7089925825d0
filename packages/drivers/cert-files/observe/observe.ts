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
      const wanted = Object.values(desired.resources).flatMap(({ kind, spec }) => {
        const { hostname, issuer } = kind === 'certificate' ? (spec as unknown as CertificateSpec) : {};
        return issuer === 'cert-files' && hostname !== undefined ? [hostname] : [];
      });
      const held = storedNames((await host.files.list(settings.certificatesDir)) ?? []);
      const all = [...new Set([...wanted, ...held])].filter(isStorable).sort();
      const isWanted = new Set(wanted);
      const found = await Promise.all(
        all.map((name) => observeOne(host, settings, { name, isWanted: isWanted.has(name) })),
      );
      return { resources: found.filter((resource) => resource !== undefined) };
    },
  };
}

const nothing: CertificateState = { issuer: '', names: [], notBefore: 0, notAfter: 0, fingerprint: '' };

async function observeOne(
  host: ReadHost,
  settings: CertFilesSettings,
  { isWanted, name }: { name: string; isWanted: boolean },
): Promise<ObservedResource | undefined> {
  const path = storedPath(settings.certificatesDir, name) ?? '';
  const text = await host.files.text(path, { maxBytes: 262_144 });
  const made = text === undefined ? undefined : storedBy(text);
  if (!isWanted && made?.issuer !== 'cert-files') return undefined;
  const offer = isWanted ? await readOffer(host, settings, name) : undefined;
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
