import { isIP } from 'node:net';
import type { ReliedOn } from '@reconcile/core';
import type { NodeConfig } from './model.ts';

/** Tables of drivers that talk to a server: one that this node may itself run. */
const servers = ['hosts', 'rfc2136', 'mcns', 'mcproxy', 'acme'] as const;

/** Sockets of this machine that drivers of this node talk to: whoever serves them does not go unasked. Pure. */
export function reliedOnBy(config: Pick<NodeConfig, 'addresses' | 'driverTable'>): ReliedOn[] {
  const own = new Set(config.addresses.map(({ ip }) => ip));
  const found = servers.flatMap((name) =>
    texts(config.driverTable(name)).flatMap((text): ReliedOn[] => {
      const { ip, port } = socketOf(text) ?? {};
      if (ip === undefined || port === undefined) return [];
      return own.has(ip) || ip.startsWith('127.') || ip === '::1' ? [{ ip, port, by: `[drivers.${name}]` }] : [];
    }),
  );
  return found.sort((a, b) => (`${a.by} ${a.ip} ${a.port}` < `${b.by} ${b.ip} ${b.port}` ? -1 : 1));
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

/** `127.0.0.1:53`, `[::1]:53`, `https://127.0.0.1:8443/…`; names are not looked up. */
function socketOf(text: string): { readonly ip: string; readonly port: number } | undefined {
  const [, bracketed, plain, digits = ''] =
    /^(?:https?:\/\/)?(?:\[([0-9a-fA-F:]+)\]|([0-9.]+)):(\d{1,5})(?:\/.*)?$/.exec(text) ?? [];
  const ip = bracketed?.toLowerCase() ?? plain ?? '';
  return isIP(ip) === 0 ? undefined : { ip, port: Number(digits) };
}
