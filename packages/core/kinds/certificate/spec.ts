import type { Instant } from '../../model/json.ts';

/** Who signs for a name. `cert-files`: somebody else does, and leaves the files where we look. */
export type Issuer = 'internal-ca' | 'acme' | 'cert-files';

export interface CertificateSpec {
  /** `web.example.net`, or `*.example.net`: shared by the names one label below, where their zone asks for that. */
  readonly hostname: string;
  readonly issuer: Issuer;
  /** Domain the name lies in: a root of our own is only ever good for such domains. '' = in none. */
  readonly zone: string;
  /** Of a wildcard: good for the domain itself too, because a route serves it. */
  readonly withApex?: boolean;
}

/** Names that a certificate must be good for, sorted: those and no others. */
export function wantedNames({ hostname, withApex }: Pick<CertificateSpec, 'hostname' | 'withApex'>): string[] {
  return withApex === true ? [hostname, hostname.replace(/^\*\./, '')] : [hostname];
}

/** What can be said of a certificate without its key. */
export interface CertificateState {
  /** Who made what lies there; '' while nothing does. */
  readonly issuer: Issuer | '';
  /** Names it is good for, in lower case, sorted. */
  readonly names: readonly string[];
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** SHA-256 of the leaf, hex; '' while there is none. */
  readonly fingerprint: string;
  /** Why nobody should be shown it: another's key, a broken chain, a root that is not ours. */
  readonly unfit?: string;
  /** Only of `cert-files`: what others left for us, or why that cannot be taken. */
  readonly offered?: { readonly fingerprint: string } | { readonly trouble: string };
}

export interface CertificateArgs {
  readonly spec: CertificateSpec;
}

const dayMs = 86_400_000;
const earliestMs = 30 * dayMs;

/** When to get the next one: 30 days before its end, or at two thirds of a life shorter than 90 days. */
export function renewAt(life: { readonly notBefore: Instant; readonly notAfter: Instant }): Instant {
  return life.notAfter - Math.min(earliestMs, (life.notAfter - life.notBefore) / 3);
}
