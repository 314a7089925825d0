import { type Finding, checkDnsScript as run } from '@reconcile/drivers/dns-exec';
import { createHost } from '@reconcile/host';

export type { Finding };

export interface ScriptCheck {
  readonly zone: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Deadline of each call, ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The conformance check of specs/dns-exec.md, on the script's real zone. Needs no node.toml. */
export function checkDnsScript({ signal, ...settings }: ScriptCheck): Promise<Finding[]> {
  return run({ host: createHost(), signal }, { ...settings, ttl: 60 });
}
