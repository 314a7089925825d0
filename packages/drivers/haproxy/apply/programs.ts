import { type Action, isFleetError } from '@reconcile/core';
import type { RouteArgs } from '@reconcile/core/kinds/route';
import type { Host } from '@reconcile/host';
import { fail } from '../errors.ts';
import { parseAddress } from '../record/names.ts';
import type { HaproxySettings } from '../settings/settings.ts';

const handshakeTimeoutMs = 3000;

/** What TLS says when the other end speaks something else, or shows nothing. A program that is not there is not of this kind. */
const otherTongue = /wrong version|packet length|EPROTO|alert|unsupported protocol|closed before|ECONNRESET/i;

/**
 * Whether the programs behind a route answer as its `backend_tls` says, asked as the proxy would: else every request would
 * be answered with 503. @throws HAPROXY_BACKEND
 */
export async function checkPrograms(
  host: Host,
  settings: HaproxySettings,
  { args, key, kind, verb }: Action,
): Promise<void> {
  if (kind !== 'route' || (verb !== 'create' && verb !== 'update')) return;
  const { spec, targets } = args as unknown as RouteArgs;
  if (spec.backendTls === null || spec.remote !== null || spec.mode !== 'l7') return;
  const { serverName, verify } = spec.backendTls;
  const roots = verify ? await rootsOf(host, settings) : undefined;
  for (const target of targets) {
    const { ip, port } = parseAddress(target);
    const asked = {
      name: serverName,
      timeoutMs: handshakeTimeoutMs,
      ...(roots === undefined ? {} : { roots: [roots] }),
    };
    const shown = await host.net.handshake(ip, port, asked);
    const actual =
      'refused' in shown
        ? otherTongue.test(shown.refused)
          ? shown.refused
          : undefined
        : wrong(shown, { verify, serverName });
    if (actual === undefined) continue;
    throw fail('HAPROXY_BACKEND', {
      message: `ask ${target} by TLS for ${key}`,
      key,
      wanted: verify ? `a certificate for ${serverName} that is believed` : 'an answer in TLS',
      actual,
      hint: 'does the program speak TLS? see backend_tls of the route',
    });
  }
}

function wrong(
  shown: { readonly leaf: { readonly names: readonly string[] }; readonly trouble: string | undefined },
  { serverName, verify }: { readonly serverName: string; readonly verify: boolean },
): string | undefined {
  if (!verify) return undefined;
  const { names } = shown.leaf;
  const isFor = names.includes(serverName) || names.includes(`*${serverName.slice(serverName.indexOf('.'))}`);
  return isFor ? shown.trouble : `a certificate for ${names.join(', ') || 'no name'}`;
}

/** A file's; the system's own are the proxy's to read. */
async function rootsOf(host: Host, { backendCa }: HaproxySettings): Promise<string | undefined> {
  if (!backendCa.startsWith('/')) return undefined;
  return host.files.text(backendCa).catch((error: unknown) => {
    if (isFleetError(error)) return undefined;
    throw error;
  });
}
