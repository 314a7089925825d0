import type { Json, ObservedResource, Observer } from '@reconcile/core';
import { type CertificateState, isStorable, storedBy } from '@reconcile/core/kinds/certificate';
import type { ReadHost } from '@reconcile/host';
import { endsIn, readBundle } from '@reconcile/host/tls';
import { type Root, readRoots } from '../authority/roots.ts';
import type { InternalCaSettings } from '../settings.ts';

/** The reading half: certificates in the node's store that this driver made. */
export function internalCaObserver(settings: InternalCaSettings): Observer<ReadHost> {
  return {
    name: 'internal-ca',
    serves: ['certificate'],
    async observe({ host }) {
      const roots = await readRoots(host, settings);
      const names = (await host.files.list(settings.certificatesDir)) ?? [];
      const hostnames = names.filter((name) => name.endsWith('.pem')).map((name) => name.slice(0, -'.pem'.length));
      const found = await Promise.all(
        hostnames.filter(isStorable).map((name) => observeOne(host, settings, { name, roots })),
      );
      return { resources: found.filter((resource) => resource !== undefined) };
    },
  };
}

async function observeOne(
  host: ReadHost,
  settings: InternalCaSettings,
  { name, roots }: { name: string; roots: readonly Root[] },
): Promise<ObservedResource | undefined> {
  const path = `${settings.certificatesDir}/${name}.pem`;
  const [text, stat] = await Promise.all([host.files.text(path, { maxBytes: 262_144 }), host.files.stat(path)]);
  const made = text === undefined ? undefined : storedBy(text);
  if (text === undefined || made?.issuer !== 'internal-ca') return undefined;
  const key = `certificate/${name}` as const;
  const open = stat !== undefined && (stat.mode & 0o077) !== 0 ? 'its file is open to others' : undefined;
  return {
    key,
    kind: 'certificate',
    slot: key,
    services: made.services,
    owner: 'managed',
    state: stateOf(text, roots, open) as unknown as Json,
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
