import type { Host } from '@reconcile/host';
import { fail } from '../errors.ts';
import { certificatesOf, type Manifest } from '../record/manifest.ts';
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
    const had = certificatesOf(before, port);
    const changed = [...certificatesOf(next, port).keys()].filter(
      (name) => !had.has(name) || next.certificates[name] !== before.certificates[name],
    );
    const [bind] = spec.binds;
    const { edges = [] } = spec;
    return bind === undefined
      ? []
      : changed.map((name) => ({ name, bind, edges, sha1: next.certificates[name] ?? '' }));
  });
  await Promise.all(checks.map((check) => checkOne(host, check)));
}

interface Check {
  readonly name: string;
  readonly bind: string;
  /** Whoever asks from one of these begins with a PROXY header. */
  readonly edges: readonly string[];
  readonly sha1: string;
}

async function checkOne(host: Host, { bind, edges, name, sha1 }: Check): Promise<void> {
  const { ip, port } = parseAddress(plainBind(bind));
  const local = ip === '::' ? '::1' : ip === '0.0.0.0' ? '127.0.0.1' : ip;
  let actual = '';
  for (let time = 0; time < tries; time++) {
    const shown = await host.net.handshake(local, port, {
      name,
      proxied: edges.includes(local),
      timeoutMs: handshakeTimeoutMs,
    });
    if ('leaf' in shown && shown.leaf.sha1 === sha1) return;
    actual =
      'refused' in shown ? shown.refused : `a certificate for ${shown.leaf.names.join(', ')}, ${shown.leaf.sha1}`;
    await host.clock.sleep(againMs);
  }
  throw fail('HAPROXY_CERTIFICATE', {
    message: `show the certificate of ${name} on ${bind}`,
    key: `certificate/${name}`,
    wanted: `the one for ${name}, ${sha1}`,
    actual,
  });
}
