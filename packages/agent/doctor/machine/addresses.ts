import type { ReadHost } from '@reconcile/host';

/** Addresses of this machine, from /proc: no program is asked. IPv6 in full, lower case, as `canonicalIp` gives it. */
export async function localAddresses(host: ReadHost): Promise<ReadonlySet<string>> {
  const trie = (await host.files.text('/proc/net/fib_trie').catch(() => undefined)) ?? '';
  const six = (await host.files.text('/proc/net/if_inet6').catch(() => undefined)) ?? '';
  const found = new Set<string>();
  // `|-- 192.0.2.1` and on the line below `/32 host LOCAL`.
  for (const [, ip = ''] of trie.matchAll(/\|-- ([0-9.]+)\n\s+\/32 host LOCAL/g)) found.add(ip);
  for (const [, hex = ''] of six.matchAll(/^([0-9a-f]{32}) /gm)) found.add((hex.match(/.{4}/g) ?? []).join(':'));
  return found;
}

/** Can something be bound to it here? Wildcards, and all of 127.0.0.0/8, always. */
export function isHere(ip: string, local: ReadonlySet<string>): boolean {
  if (ip === '' || ip === '0.0.0.0' || ip === '::' || ip === '*' || /^127\./.test(ip)) return true;
  return local.has(ip.includes(':') ? fullIp6(ip) : ip);
}

/** `2001:db8::1` → eight groups of four digits. */
export function fullIp6(ip: string): string {
  const [head = '', tail] = ip.toLowerCase().replace(/%.*$/, '').split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(':');
}
