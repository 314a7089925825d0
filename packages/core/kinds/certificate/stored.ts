import type { Issuer } from './spec.ts';

// How a certificate lies in the node's store: one file per name with leaf, chain and key, so that one rename swaps them all
// and nobody ever meets a key with another's certificate. Text before the first block is ignored by whoever reads PEM
// (RFC 7468, section 2): ours says who made the file, and so that it is ours.

export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY`, `EC PRIVATE KEY` … */
  readonly label: string;
  /** With its first and last line and a newline at the end. */
  readonly text: string;
}

/** All whole blocks of a text, in order. */
export function pemBlocks(text: string): PemBlock[] {
  const found: PemBlock[] = [];
  for (const match of text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----\r?\n([A-Za-z0-9+/=\r\n]*?)-----END \1-----/g)) {
    const body = (match[2] ?? '').split(/\r?\n/).filter((line) => line !== '');
    const label = match[1] ?? '';
    found.push({ label, text: `-----BEGIN ${label}-----\n${body.join('\n')}\n-----END ${label}-----\n` });
  }
  return found;
}

export interface Stored {
  readonly issuer: Issuer;
  readonly services: readonly string[];
  /** Leaf first. */
  readonly chain: readonly string[];
  readonly key: string;
}

const mark = '# reconcile certificate ';

export function formatStored({ issuer, services, chain, key }: Stored): string {
  return `${mark}${JSON.stringify({ issuer, services })}\n${chain.join('')}${key}`;
}

/** The first line of a file that we wrote; undefined: we did not. */
export function storedBy(text: string): Pick<Stored, 'issuer' | 'services'> | undefined {
  if (!text.startsWith(mark)) return undefined;
  try {
    const { issuer, services } = JSON.parse(text.slice(mark.length, text.indexOf('\n'))) as Stored;
    const isKnown = issuer === 'internal-ca' || issuer === 'acme' || issuer === 'cert-files';
    return isKnown && Array.isArray(services) ? { issuer, services: services.map(String) } : undefined;
  } catch {
    return undefined;
  }
}

/** Whole names only, by RFC 1123, short enough for a file: what stands in a path must not lead out of it. */
const storable = /^(?!.{230})(?:\*\.)?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

export function isStorable(hostname: string): boolean {
  return storable.test(hostname);
}

/** What stands for the star in a file's name: no hostname has an underscore, and HAProxy takes a star for a word of its own. */
const star = '_wildcard.';

/** A name as files are called by it: `_wildcard.example.net` for `*.example.net`, all others as they are. */
export function fileWord(hostname: string): string {
  return hostname.startsWith('*.') ? `${star}${hostname.slice('*.'.length)}` : hostname;
}

/** The name that a file is called by: the reverse of `fileWord`. */
export function nameOfWord(word: string): string {
  return word.startsWith(star) ? `*.${word.slice(star.length)}` : word;
}

/** Where the certificate of a name lies below the store; undefined for a name that cannot have one. */
export function storedPath(dir: string, hostname: string): string | undefined {
  return isStorable(hostname) ? `${dir}/${fileWord(hostname)}.pem` : undefined;
}
