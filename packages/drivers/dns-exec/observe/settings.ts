import type { DnsExecTable } from '../table/table.ts';

/** One zone, written by a user's own program. */
export interface DnsExecSettings {
  readonly zone: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly ttl: number;
  readonly timeoutMs: number;
}

export function dnsExecSettings(zone: string, table: DnsExecTable): DnsExecSettings {
  const [program, ...args] = table.command;
  return { zone, program, args, ttl: table.ttl, timeoutMs: Number.parseInt(table.timeout, 10) * 1000 };
}
