import type { Json, ObservedResource, Observer } from '@reconcile/core';
import { type CertificateState, isStorable, storedBy } from '@reconcile/core/kinds/certificate';
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
      const names = (await host.files.list(settings.certificatesDir)) ?? [];
      const hostnames = names.flatMap((name) => (name.endsWith('.pem') ? [name.slice(0, -'.pem'.length)] : []));
      const { found, note: seen } = await lookAtChanged<Found>(host.files, ledger.notes[note], {
        paths: hostnames.filter(isStorable).map((name) => `${settings.certificatesDir}/${name}.pem`),
        given: roots.map((root) => root.facts.fingerprint).join(),
        look: (path) => lookAt(host, path, roots),
      });
      const resources = [...found].flatMap(([path, one]) => (one === null ? [] : [resourceOf(path, one)]));
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

function stateOf(text: string, roots: readonly Root[], open: string | undefined): CertificateState {
  const bundle = readBundle(text);
  if (bundle === undefined) {
    return {
      issuer: 'internal-ca',
      names: [],
      notBefore: 0,
      notAfter: 0,
      fingerprint: '',
      unfit: 'its file is damaged',
    };
  }
  const { names, notBefore, notAfter, fingerprint } = bundle.leaf;
  const isOurs = roots.some((root) => endsIn(bundle.chain, root.certificate));
  const unfit = bundle.trouble ?? open ?? (isOurs ? undefined : 'no root of this node signed it');
  return {
    issuer: 'internal-ca',
    names,
    notBefore,
    notAfter,
    fingerprint,
    ...(unfit === undefined ? {} : { unfit }),
  };
}
