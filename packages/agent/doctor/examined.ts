import type { Desired, Json } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import type { Loaded } from '../desired/model.ts';
import type { Seen } from '../look/look.ts';
import { type Accounts, readAccounts } from './machine/accounts.ts';

/** What is looked at: the machine, and as much of the node as there is. */
export interface Examined {
  readonly host: ReadHost;
  readonly uid: number;
  readonly accounts: Accounts;
  /** What drivers noted in the registry; empty without one. */
  readonly notes: Readonly<Record<string, Json>>;
  readonly config?: NodeConfig;
  readonly desired?: Desired;
  readonly loaded?: Loaded;
  /** One look at the node, where it could be had. */
  readonly seen?: Seen;
  /** When something was written into the registry last; ms. */
  readonly lastWrittenAt?: number;
  readonly tokens?: readonly { readonly name: string; readonly endsAt: number }[];
  readonly signal: AbortSignal;
}

export type Known = Pick<Examined, 'config' | 'desired' | 'loaded' | 'seen' | 'lastWrittenAt' | 'tokens'> & {
  readonly notes?: Examined['notes'];
};

export async function examine(host: ReadHost, signal: AbortSignal, known: Known = {}): Promise<Examined> {
  return { notes: {}, ...known, host, uid: host.proc.uid(), accounts: await readAccounts(host), signal };
}

/** Are there to be containers here, by rootless podman? Without a configuration: probably. */
export function isRootless({ config, uid }: Examined): boolean {
  return uid !== 0 && config?.drivers.containers !== 'none';
}
