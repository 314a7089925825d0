import type { Host } from '@reconcile/host';
import { fail } from '../errors.ts';
import { type Manifest, shownOn } from '../record/manifest.ts';
import { parseAddress, plainBind } from '../record/names.ts';

const handshakeTimeoutMs = 3000;
/** A reload ends when a new worker serves; for a moment the old one may still be the one that answers. */
const tries = 20;
const againMs = 50;

/**
 * What is really shown for each name whose certificate changed, by a handshake like anybody's.
 * @throws HAPROXY_CERTIFICATE
 */
export async function checkShown(
  host: Host,
  { before, next }: { readonly before: Manifest; readonly next: Manifest },
): Promise<void> {
  const checks = Object.entries(next.listeners).flatMap(([port, { spec }]) => {
    const had = shownOn(before, port);
    const shown = [...shownOn(next, port)];
    const changed = shown.filter(
      ([line, { certificate }]) =>
        !had.has(line) || next.certificates[certificate] !== before.certificates[certificate],
    );
    const [bind] = spec.binds;
    const { edges = [] } = spec;
    if (bind === undefined) return [];
    return [...new Set(changed.map(([, { name }]) => name))].map((name) => {
      const good = shown.flatMap(([, one]) => (one.name === name ? [next.certificates[one.certificate] ?? ''] : []));
      return { name, bind, edges, good };
    });
  });
  await Promise.all(checks.map((check) => checkOne(host, check)));
}

interface Check {
  readonly name: string;
  readonly bind: string;
  /** Whoever asks from one of these begins with a PROXY header. */
  readonly edges: readonly string[];
  /** SHA-1 of those that may be shown: two while paths of one name go over to another. */
  readonly good: readonly string[];
}

async function checkOne(host: Host, { bind, edges, good, name }: Check): Promise<void> {
  const { ip, port } = parseAddress(plainBind(bind));
  const local = ip === '::' ? '::1' : ip === '0.0.0.0' ? '127.0.0.1' : ip;
  let actual = '';
  for (let time = 0; time < tries; time++) {
    const shown = await host.net.handshake(local, port, {
      name,
      proxied: edges.includes(local),
      timeoutMs: handshakeTimeoutMs,
    });
    if ('leaf' in shown && good.includes(shown.leaf.sha1)) return;
    actual =
      'refused' in shown ? shown.refused : `a certificate for ${shown.leaf.names.join(', ')}, ${shown.leaf.sha1}`;
    await host.clock.sleep(againMs);
  }
  throw fail('HAPROXY_CERTIFICATE', {
    message: `show the certificate of ${name} on ${bind}`,
    key: `certificate/${name}`,
    wanted: `the one for ${name}, ${good.join(' or ')}`,
    actual,
  });
}
