import { isIP } from 'node:net';
import { plainIp } from '@reconcile/core';

/** `127.0.0.1:8443`, `[::]:443` → address and port; undefined: neither. */
export function readBind(text: string): { readonly ip: string; readonly port: number } | undefined {
  const [, four, six, digits = ''] = /^(?:([0-9.]+)|\[([0-9A-Fa-f:.]+)\]):(\d{1,5})$/.exec(text) ?? [];
  const ip = four ?? six ?? '';
  const port = Number(digits);
  if (isIP(ip) !== (four === undefined ? 6 : 4) || port < 1 || port > 65_535) return undefined;
  return { ip: plainIp(ip), port };
}
