import { type CertificateSpec, wantedNames } from '@reconcile/core/kinds/certificate';
import type { Host } from '@reconcile/host';
import { readBundle } from '@reconcile/host/tls';
import { fail } from '../errors.ts';
import type { InternalCaSettings } from '../settings.ts';
import { formatRoot, needsSuccessor, type Root, readRoots, rootPath, signerFor } from './roots.ts';
import type { Signed } from './sign.ts';

const dayMs = 86_400_000;
const rootDays = 3650;
/** Clocks differ a little. */
const backMs = 60_000;

/** Leaf and root, PEM, leaf first. */
export interface Issued {
  readonly chain: readonly string[];
  readonly key: string;
}

/**
 * Signs for one name, or for a wildcard and its domain, and makes the root it takes if there is none that may. Made once and kept: others trust it. The next
 * one is made long before the end and shown beside it (`cert root`), so that both are known when it begins to sign.
 * @throws CA_NAME CA_DAMAGED CA_UNSAFE
 */
export async function issue(
  host: Host,
  settings: InternalCaSettings,
  name: Pick<CertificateSpec, 'hostname' | 'zone' | 'withApex'>,
): Promise<Issued> {
  const { hostname, zone } = name;
  if (zone === '' || !(hostname === zone || hostname.endsWith(`.${zone}`))) {
    throw fail('CA_NAME', {
      message: `sign for ${hostname}`,
      key: `certificate/${hostname}`,
      wanted: 'a name in a zone of fleet.toml whose issuer is internal-ca',
      hint: 'give its [[zones]] entry an issuer: acme or cert-files',
    });
  }
  const now = host.clock.now();
  let roots = await readRoots(host, settings);
  let signer = signerFor(roots, hostname, now);
  if (signer === undefined || needsSuccessor(roots, now)) {
    roots = [...roots, await addRoot(host, settings, { roots, zone, now })];
    signer = signerFor(roots, hostname, now);
  }
  if (signer === undefined) throw fail('CA_NAME', { message: `sign for ${hostname}`, key: `certificate/${hostname}` });
  const life = { notBefore: now - backMs, notAfter: now + settings.leafDays * dayMs };
  const { signLeaf } = await import('./sign.ts');
  const leaf = await signLeaf(signer, wantedNames(name), life);
  return { chain: [leaf.certificate], key: leaf.key };
}

/** Good for all that the one before it was good for, and for the zone that is new. */
async function addRoot(
  host: Host,
  settings: InternalCaSettings,
  { roots, zone, now }: { roots: readonly Root[]; zone: string; now: number },
): Promise<Root> {
  const before = roots.at(-1);
  const zones = [...new Set([...(before?.zones ?? []), zone])].sort();
  const number = (before?.number ?? 0) + 1;
  const life = { notBefore: now - backMs, notAfter: now + rootDays * dayMs };
  const { makeRoot } = await import('./sign.ts');
  const made: Signed = await makeRoot(`reconcile ${settings.node} root ${number}`, zones, life);
  await host.files.makeDir(settings.dir, { mode: 0o700 });
  const file = rootPath(settings, number);
  await host.files.write(file, formatRoot({ ...made, zones }), { mode: 0o600 });
  const facts = readBundle(made.certificate)?.leaf;
  if (facts === undefined) throw fail('CA_DAMAGED', { message: `make ${file}` });
  return { ...made, file, number, zones, facts };
}
