import { createHmac } from 'node:crypto';
import type { Desired } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';

/** podman's name of our copy of a node file. */
export function copyName(name: string): string {
  return `reconcile-${name}`;
}

/** podman's name of each secret: our copy of the node's file, else the podman secret of that name (specs/0016). */
export async function secretNames(
  host: ReadHost,
  from: {
    readonly secretsDir: string;
    readonly copied: Readonly<Record<string, string>>;
    /** Has the repository a value of it? */
    readonly isSealed: (name: string) => boolean;
  },
  names: readonly string[],
): Promise<(name: string) => string> {
  const copies = new Set<string>();
  for (const name of names) {
    const hasFile = (await host.files.stat(`${from.secretsDir}/${name}`)) !== undefined;
    if (hasFile || from.copied[name] !== undefined || from.isSealed(name)) copies.add(name);
  }
  return (name) => (copies.has(name) ? copyName(name) : name);
}

/** Largest secret podman takes is 512 000 bytes. */
const largestSecret = 512_000;

/** A secret's node file; undefined when the node has none of that name. */
export async function readSecretFile(
  host: ReadHost,
  secretsDir: string,
  name: string,
): Promise<Uint8Array | undefined> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return undefined;
  return host.files.read(`${secretsDir}/${name}`, { maxBytes: largestSecret });
}

/**
 * What the ledger keeps of a secret (specs/0016). Without a key yet, a file is only known to be there: an unkeyed hash of a
 * weak secret is the secret.
 */
export function secretMark(content: Uint8Array, key: Uint8Array | undefined): string {
  return key === undefined ? 'unkeyed' : createHmac('sha256', key).update(content).digest('hex');
}

/** Hash of the encrypted value that the repository has of a secret. */
export function sealedValue(desired: Desired, name: string): string | undefined {
  return (desired.resources[`secret/${name}`]?.spec as { readonly sealed?: string } | undefined)?.sealed;
}

/** What the ledger keeps of it: a hash of something encrypted tells nobody anything. */
export function sealedMark(hash: string): string {
  return `sealed:${hash}`;
}
