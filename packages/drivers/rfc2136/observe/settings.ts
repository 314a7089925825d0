import type { Rfc2136Table } from '../table/table.ts';

/** One zone on one primary server. */
export interface Rfc2136Settings {
  readonly zone: string;
  readonly server: { readonly ip: string; readonly port: number };
  readonly keyFile: string;
  readonly ttl: number;
  readonly timeoutMs: number;
}

export function rfc2136Settings(zone: string, table: Rfc2136Table): Rfc2136Settings {
  const [, ip = '', port = '53'] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(table.server) ?? [];
  return {
    zone,
    server: { ip, port: Number(port) },
    keyFile: table.key_file,
    ttl: table.ttl,
    timeoutMs: Number.parseInt(table.timeout, 10) * 1000,
  };
}
