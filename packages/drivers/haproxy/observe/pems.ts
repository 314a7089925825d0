import { createHash } from 'node:crypto';
import { pemBlocks } from '@reconcile/core/kinds/certificate';
import type { ReadHost } from '@reconcile/host';
import { pemName } from '../record/names.ts';
import type { HaproxySettings } from '../settings/settings.ts';

/** A certificate of some name as text, in the node's store and in our own directory; undefined: it is not there. */
export interface Pem {
  readonly store: string | undefined;
  readonly copy: string | undefined;
}

const largestPem = 262_144;

export async function readPems(
  host: ReadHost,
  settings: HaproxySettings,
  names: readonly string[],
): Promise<Record<string, Pem>> {
  const read = (dir: string, name: string) => host.files.text(`${dir}/${pemName(name)}`, { maxBytes: largestPem });
  const entries = await Promise.all(
    names.map(async (name): Promise<[string, Pem]> => {
      const [store, copy] = await Promise.all([read(settings.certificatesDir, name), read(settings.dir, name)]);
      return [name, { store, copy }];
    }),
  );
  return Object.fromEntries(entries);
}

/** SHA-1 of the leaf, as HAProxy shows it; undefined: there is none, or no key beside it. */
export function leafSha1(pem: string | undefined): string | undefined {
  const blocks = pemBlocks(pem ?? '');
  const leaf = blocks.find(({ label }) => label === 'CERTIFICATE');
  if (leaf === undefined || !blocks.some(({ label }) => label.endsWith('PRIVATE KEY'))) return undefined;
  const der = Buffer.from(leaf.text.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return createHash('sha1').update(der).digest('hex');
}
