import { type CertificateSpec, fileWord, wantedNames } from '@reconcile/core/kinds/certificate';
import type { ReadHost } from '@reconcile/host';
import { type Bundle, readBundle } from '@reconcile/host/tls';
import type { CertFilesSettings } from './settings.ts';

/** What others left for a name: sound, or why it cannot be taken. */
export type Offer = { readonly bundle: Bundle } | { readonly trouble: string };

const largest = 262_144;

/** Looks in the usual places, in this order; a link is followed, since that is how certbot turns its files over. */
export async function readOffer(host: ReadHost, settings: CertFilesSettings, spec: CertificateSpec): Promise<Offer> {
  const base = `${settings.dir}/${fileWord(spec.hostname)}`;
  const places = [[`${base}.pem`], [`${base}.crt`, `${base}.key`], [`${base}/fullchain.pem`, `${base}/privkey.pem`]];
  for (const files of places) {
    const texts = await Promise.all(files.map((file) => readIfAllowed(host, file)));
    if (texts[0] === undefined) continue;
    const [first = ''] = files;
    const denied = texts.find((text) => typeof text === 'object');
    if (typeof denied === 'object') return { trouble: denied.trouble };
    return judge(texts.join('\n'), { spec, file: first, now: host.clock.now() });
  }
  return { trouble: `nobody left ${base}.pem, nor .crt and .key, nor /fullchain.pem and /privkey.pem` };
}

async function readIfAllowed(host: ReadHost, file: string): Promise<string | { trouble: string } | undefined> {
  try {
    return await host.files.text(file, { maxBytes: largest });
  } catch {
    return { trouble: `${file} cannot be read by this user` };
  }
}

function judge(
  text: string,
  of: { readonly spec: CertificateSpec; readonly file: string; readonly now: number },
): Offer {
  const { file, now, spec } = of;
  const wanted = wantedNames(spec);
  const bundle = readBundle(text);
  if (bundle === undefined) return { trouble: `${file}: there is no whole certificate in it` };
  const { names, notAfter, notBefore } = bundle.leaf;
  if (bundle.trouble !== undefined) return { trouble: `${file}: ${bundle.trouble}` };
  if (!wanted.every((name) => covers(names, name)))
    return { trouble: `${file}: wanted ${wanted.join(' and ')}, it is for ${names.join(', ') || 'no name'}` };
  if (notAfter <= now) return { trouble: `${file}: expired on ${day(notAfter)}` };
  if (notBefore > now) return { trouble: `${file}: not valid before ${day(notBefore)}` };
  return { bundle };
}

/** A wildcard stands for exactly one label (RFC 6125, section 6.4.3). */
export function covers(names: readonly string[], hostname: string): boolean {
  return names.includes(hostname) || names.includes(`*${hostname.slice(hostname.indexOf('.'))}`);
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
