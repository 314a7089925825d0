/** One blob of an image, compressed as the registry sends it. */
export interface Blob {
  readonly digest: string;
  readonly bytes: number;
}

/** An image's own manifest, or the digest of the one that fits this machine. */
export type Manifest = { readonly blobs: readonly Blob[] } | { readonly digest: string };

/** Media types of the image specification 1.1 and of Docker's schema 2 before it. */
export const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const mostEntries = 1000;
const digestShape = /^sha256:[0-9a-f]{64}$/;

/** Whatever a registry answered; undefined when it is nothing we know. `arch`: `amd64`. Pure. */
export function readManifest(text: string, arch: string): Manifest | undefined {
  const answer = parse(text);
  if (answer === undefined) return undefined;
  if (Array.isArray(answer.manifests)) {
    for (const entry of answer.manifests.slice(0, mostEntries).map(record)) {
      const platform = record(entry?.platform);
      const fits = platform?.os === 'linux' && platform.architecture === arch;
      if (fits && isDigest(entry?.digest)) return { digest: entry.digest };
    }
    return undefined;
  }
  if (!Array.isArray(answer.layers) || answer.layers.length > mostEntries) return undefined;
  const blobs: Blob[] = [];
  for (const entry of [answer.config, ...answer.layers]) {
    const blob = blobOf(entry);
    if (blob === undefined) return undefined;
    blobs.push(blob);
  }
  return { blobs };
}

/** Bytes to fetch: each blob once, without what is here already. */
export function bytesOf(blobs: readonly Blob[], local: ReadonlySet<string>): number {
  const missing = new Map(blobs.filter(({ digest }) => !local.has(digest)).map(({ bytes, digest }) => [digest, bytes]));
  return [...missing.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function blobOf(entry: unknown): Blob | undefined {
  const { digest, size } = record(entry) ?? {};
  if (!isDigest(digest) || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return undefined;
  return { digest, bytes: size };
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && digestShape.test(value);
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return record(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return value !== null && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>) : undefined;
}
