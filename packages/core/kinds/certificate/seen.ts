import type { Json } from '../../model/json.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { CertificateState, Issuer } from './spec.ts';
import { isStorable, nameOfWord } from './stored.ts';

/** What of a bundle counts to the planner. */
interface Seen {
  readonly leaf: Pick<CertificateState, 'names' | 'notBefore' | 'notAfter' | 'fingerprint'>;
  readonly trouble: string | undefined;
}

/**
 * The state of a certificate that lies in the store.
 * @param bundle undefined: there is none in the file
 * @param unfit why it cannot be used although it is whole
 */
export function certificateState(
  issuer: Issuer | '',
  bundle: Seen | undefined,
  unfit?: string | undefined,
): CertificateState {
  if (bundle === undefined)
    return { issuer, names: [], notBefore: 0, notAfter: 0, fingerprint: '', unfit: 'its file is damaged' };
  const { fingerprint, names, notAfter, notBefore } = bundle.leaf;
  const trouble = bundle.trouble ?? unfit;
  return { issuer, names, notBefore, notAfter, fingerprint, ...(trouble === undefined ? {} : { unfit: trouble }) };
}

/** A certificate of the store as every issuer shows it. */
export function seenCertificate(
  hostname: string,
  { services, state }: { readonly services: readonly string[]; readonly state: CertificateState },
): ObservedResource {
  const key = `certificate/${hostname}` as const;
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

/** Names whose certificates may lie in the store, by its files. */
export function storedNames(files: readonly string[]): string[] {
  return files.flatMap((file) => (file.endsWith('.pem') ? [storedName(file)] : [])).filter(isStorable);
}

/** The name of a path in the store: the reverse of `storedPath`. */
export function storedName(path: string): string {
  return nameOfWord(path.slice(path.lastIndexOf('/') + 1, -'.pem'.length));
}
