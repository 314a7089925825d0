import type { Observer } from '@reconcile/core';
import {
  type CertificateState,
  certificateState,
  seenCertificate,
  storedBy,
  storedName,
  storedNames,
  storedPath,
} from '@reconcile/core/kinds/certificate';
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
      const { found, note: seen } = await lookAtChanged<Found>(host.files, ledger.notes[note], {
        paths: storedNames(files).flatMap((name) => storedPath(settings.certificatesDir, name) ?? []),
        given: '',
        look: (path) => lookAt(host, path),
      });
      const resources = [...found].flatMap(([path, one]) =>
        one === null ? [] : [seenCertificate(storedName(path), one)],
      );
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
  return text === undefined || made?.issuer !== 'acme'
    ? null
    : { services: made.services, state: certificateState('acme', readBundle(text)) };
}
