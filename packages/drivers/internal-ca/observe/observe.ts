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
import { endsIn, readBundle } from '@reconcile/host/tls';
import { type Root, readRoots } from '../authority/roots.ts';
import type { InternalCaSettings } from '../settings.ts';

/** The reading half: certificates in the node's store that this driver made. */
export function internalCaObserver(settings: InternalCaSettings): Observer<ReadHost> {
  return {
    name: 'internal-ca',
    serves: ['certificate'],
    async observe({ host, ledger }) {
      const roots = await readRoots(host, settings);
      const files = (await host.files.list(settings.certificatesDir)) ?? [];
      const { found, note: seen } = await lookAtChanged<Found>(host.files, ledger.notes[note], {
        paths: storedNames(files).flatMap((name) => storedPath(settings.certificatesDir, name) ?? []),
        given: roots.map((root) => root.facts.fingerprint).join(),
        look: (path) => lookAt(host, path, roots),
      });
      const resources = [...found].flatMap(([path, one]) =>
        one === null ? [] : [seenCertificate(storedName(path), one)],
      );
      return { resources, notes: { [note]: seen } };
    },
  };
}

/** Under this name what was seen is kept for the next look. */
const note = 'internal-ca/certificates';

/** null: it is not one of ours. */
type Found = { readonly services: readonly string[]; readonly state: CertificateState } | null;

async function lookAt(host: ReadHost, path: string, roots: readonly Root[]): Promise<Found> {
  const [text, stat] = await Promise.all([host.files.text(path, { maxBytes: 262_144 }), host.files.stat(path)]);
  const made = text === undefined ? undefined : storedBy(text);
  if (text === undefined || made?.issuer !== 'internal-ca') return null;
  const open = stat !== undefined && (stat.mode & 0o077) !== 0 ? 'its file is open to others' : undefined;
  return { services: made.services, state: stateOf(text, roots, open) };
}

function stateOf(text: string, roots: readonly Root[], open: string | undefined): CertificateState {
  const bundle = readBundle(text);
  const isOurs = bundle !== undefined && roots.some((root) => endsIn(bundle.chain, root.certificate));
  return certificateState('internal-ca', bundle, open ?? (isOurs ? undefined : 'no root of this node signed it'));
}
