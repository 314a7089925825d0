import type { Condition, LedgerView, Observed } from '@reconcile/core';
import type { ContainerState } from '@reconcile/core/kinds/container';

/** Something wrong with podman as a whole, found by one look: with its cause and what to do. */
export interface RuntimeCondition {
  readonly type: Extract<Condition['type'], 'RuntimeStateLost' | 'RuntimeMismatch' | 'RuntimeBroken'>;
  /** CamelCase: `DatabaseLost`, `StorageLost`, or the code of the error that podman's silence has. */
  readonly reason: string;
  readonly message: string;
  readonly fix: string;
  /** Containers that podman lost sight of, and how many of them still run; for RuntimeStateLost. */
  readonly lost?: readonly string[];
}

export interface RuntimeLook {
  readonly observed: Observed;
  readonly ledger: Pick<LedgerView, 'containers'>;
}

const mismatches = new Set(['PODMAN_IDENTITY', 'PODMAN_DATABASE', 'PODMAN_REBOOT']);
const breaks = new Set(['PODMAN_DAMAGED', 'PODMAN_GARBLED', 'PODMAN_FAILED', 'PODMAN_MISSING']);

/**
 * What one look says of podman as a whole. An empty listing that contradicts the ledger is an alarm, never drift: podman's
 * database is gone, or this is another podman. Pure.
 */
export function runtimeConditions({ ledger, observed }: RuntimeLook): RuntimeCondition[] {
  const problem = observed.blind.container;
  if (problem !== undefined) {
    const { code, hint, message } = problem;
    const type = mismatches.has(code) ? 'RuntimeMismatch' : breaks.has(code) ? 'RuntimeBroken' : undefined;
    if (type === undefined) return [];
    return [{ type, reason: code, message: `${message}; nothing is written`, fix: hint ?? 'reconcile doctor' }];
  }
  return stateLost({ ledger, observed });
}

function stateLost({ ledger, observed }: RuntimeLook): RuntimeCondition[] {
  const known = Object.entries(ledger.containers).filter(([, record]) => record.id !== '');
  const ids = new Set(known.map(([, record]) => record.id));
  const seen = Object.values(observed.resources).filter(
    ({ kind, owner }) => kind === 'container' && owner === 'managed',
  );
  const phaseOf = (state: unknown) => (state as ContainerState).phase;
  const leftovers = seen.filter(({ state }) => phaseOf(state) === 'leftover');
  const lost = leftovers.filter(({ state }) => ids.has((state as unknown as ContainerState).id));
  const names = lost.map(({ key }) => key.slice('container/'.length)).sort();
  if (lost.length > 0)
    return [
      {
        type: 'RuntimeStateLost',
        reason: 'DatabaseLost',
        message: `podman's database has lost ${lost.length} of the ${known.length} containers of this node; its storage still holds their names, and their processes may still hold their ports. Data and images are untouched`,
        fix: 'reconcile recover',
        lost: names,
      },
    ];
  if (known.length < 2 || seen.length > 0) return [];
  return [
    {
      type: 'RuntimeStateLost',
      reason: 'StorageLost',
      message: `podman knows none of the ${known.length} containers of this node, nor does its storage: it was emptied, is another one, or somebody removed them all`,
      fix: 'reconcile doctor, then: reconcile recover',
      lost: known.map(([name]) => name).sort(),
    },
  ];
}

/** For a document: absent where there is nothing to say. */
export function conditionsOf(look: RuntimeLook): { readonly conditions?: readonly RuntimeCondition[] } {
  const conditions = runtimeConditions(look);
  return conditions.length === 0 ? {} : { conditions };
}
