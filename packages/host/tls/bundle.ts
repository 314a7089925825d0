import { createPrivateKey, X509Certificate } from 'node:crypto';
import { pemBlocks } from '@reconcile/core/kinds/certificate';

/** What a certificate says of itself. */
export interface LeafFacts {
  /** DNS names and addresses, in lower case, sorted. */
  readonly names: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
  /** SHA-256 of its DER, hex. */
  readonly fingerprint: string;
  /** SHA-1 of its DER, hex: what HAProxy shows. */
  readonly sha1: string;
}

/** A leaf with its chain and key, as they came. */
export interface Bundle {
  readonly leaf: LeafFacts;
  /** PEM, leaf first. */
  readonly chain: readonly string[];
  /** PEM; '' when there is none. */
  readonly key: string;
  /** Why it cannot be used; undefined: key and chain fit. */
  readonly trouble: string | undefined;
}

/** Reads certificates and a key from PEM, in any order the leaf allows; undefined: there is no certificate in it. */
export function readBundle(text: string): Bundle | undefined {
  const blocks = pemBlocks(text);
  const chain = blocks.filter(({ label }) => label === 'CERTIFICATE').map((block) => block.text);
  const key = blocks.find(({ label }) => label.endsWith('PRIVATE KEY'))?.text ?? '';
  try {
    const parsed = chain.map((pem) => new X509Certificate(pem));
    const [leaf] = parsed;
    return leaf === undefined ? undefined : { leaf: factsOf(leaf), chain, key, trouble: troubleOf(parsed, key) };
  } catch {
    return undefined;
  }
}

/** Is the last certificate of a chain signed by this root (or the root itself)? */
export function endsIn(chain: readonly string[], root: string): boolean {
  const end = chain.at(-1);
  if (end === undefined) return false;
  try {
    const [last, above] = [new X509Certificate(end), new X509Certificate(root)];
    return last.fingerprint256 === above.fingerprint256 || (last.checkIssued(above) && last.verify(above.publicKey));
  } catch {
    return false;
  }
}

/** @throws TypeError when it is no certificate */
export function readCertificate(pem: string): LeafFacts {
  return factsOf(new X509Certificate(pem));
}

export function factsOf(certificate: X509Certificate): LeafFacts {
  return {
    names: namesOf(certificate.subjectAltName ?? ''),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    fingerprint: plainHex(certificate.fingerprint256),
    sha1: plainHex(certificate.fingerprint),
  };
}

/** `DNS:a.example.net, IP Address:192.0.2.1`: Node's spelling. What it quotes is no name anybody asked for. */
function namesOf(text: string): string[] {
  const names = text.split(', ').flatMap((part) => /^(?:DNS|IP Address):([^"\\]+)$/.exec(part)?.[1] ?? []);
  return [...new Set(names.map((name) => name.toLowerCase()))].sort();
}

function plainHex(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}

function troubleOf(chain: readonly X509Certificate[], key: string): string | undefined {
  const [leaf] = chain;
  if (key === '') return 'its private key is missing';
  if (key.startsWith('-----BEGIN ENCRYPTED')) return 'its private key is encrypted';
  if (leaf === undefined || !isKeyOf(leaf, key)) return 'the private key belongs to another certificate';
  const broken = chain.findIndex((one, at) => {
    const above = chain[at + 1];
    return above !== undefined && !(one.checkIssued(above) && one.verify(above.publicKey));
  });
  return broken < 0 ? undefined : `certificate ${broken + 2} of the chain did not sign the one before it`;
}

function isKeyOf(leaf: X509Certificate, key: string): boolean {
  try {
    return leaf.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
