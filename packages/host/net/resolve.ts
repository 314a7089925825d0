import type { ResolveOptions } from '../contract.ts';
import { fail, systemCode } from '../errors.ts';

/** See `Net.resolve`. c-ares by node:dns, which asks the servers of resolv.conf and never looks into /etc/hosts. */
export async function resolveName(
  name: string,
  type: 'A' | 'AAAA' | 'CNAME' | 'TXT',
  options: ResolveOptions,
): Promise<readonly string[] | undefined> {
  const { Resolver } = await import('node:dns/promises');
  const message = `look up ${type} of ${name}${options.server === undefined ? '' : ` at ${options.server}`}`;
  const resolver = new Resolver({ timeout: options.timeoutMs, tries: 1 });
  if (options.server !== undefined) resolver.setServers([options.server]);
  let isLate = false;
  const deadline = setTimeout(() => {
    isLate = true;
    resolver.cancel();
  }, options.timeoutMs);
  try {
    const found: unknown = await resolver.resolve(name, type);
    return Array.isArray(found) ? found.map((one) => (Array.isArray(one) ? one.join('') : String(one))).sort() : [];
  } catch (cause) {
    const code = systemCode(cause);
    if (code === 'ENOTFOUND' || code === 'ENODATA') return undefined;
    if (isLate || code === 'ETIMEOUT')
      throw fail('DNS_TIMEOUT', { message, wanted: `an answer within ${options.timeoutMs} ms` });
    throw fail('DNS_FAILED', { message, cause });
  } finally {
    clearTimeout(deadline);
  }
}
