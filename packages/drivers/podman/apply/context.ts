import type { Action, ApplyContext } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import type { ImageRow, PodmanClient, StoreFacts } from '../client/contract.ts';
import { sealedValue, secretNames } from '../secrets/index.ts';
import type { PodmanSettings } from '../settings.ts';

export type PodmanContext = ApplyContext<Host>;

/** Everything one action is carried out with. */
export interface Work {
  readonly cx: PodmanContext;
  readonly action: Action;
  readonly client: PodmanClient;
  readonly settings: PodmanSettings;
  /** Where podman keeps its things; asked once per process. */
  readonly store: () => Promise<StoreFacts>;
  /** An image as it was a moment ago at most; undefined: not there. */
  readonly image: (ref: string) => Promise<ImageRow | undefined>;
}

/** The planner built the arguments from the same type (core/kinds); a stored plan is checked by its hash. */
export function argsOf<A>(action: Action): A {
  return action.args as unknown as A;
}

export async function secretNaming(work: Work, names: readonly string[]): Promise<(name: string) => string> {
  const { cx, settings } = work;
  const isSealed = (name: string) => sealedValue(cx.desired, name) !== undefined;
  return secretNames(cx.host, { secretsDir: settings.secretsDir, copied: cx.ledger.secrets, isSealed }, names);
}

/** An id that podman gave, and not the planner's stand-in for one. */
export function isRealId(id: string): boolean {
  return /^[0-9a-f]{64}$/.test(id);
}
