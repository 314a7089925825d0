import type { McnsTable } from '../table/table.ts';

/** One zone of an MCNS server. */
export interface McnsSettings {
  readonly zone: string;
  readonly url: string;
  readonly tokenFile: string;
  readonly caFile: string | undefined;
  readonly ttl: number;
  readonly timeoutMs: number;
}

export function mcnsSettings(zone: string, table: McnsTable): McnsSettings {
  const { ca_file: caFile, timeout, token_file: tokenFile, ttl, url } = table;
  return { zone, url, tokenFile, caFile, ttl, timeoutMs: Number.parseInt(timeout, 10) * 1000 };
}
