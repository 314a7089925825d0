import type { Comparison, KindDefinition, KindView, Step } from '../../model/contract.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import { asRecorded, left, step } from '../simple.ts';
import { lockedSecret } from '../values.ts';

export interface SecretSpec {
  readonly name: string;
  /** SHA-256 of its age-encrypted value in the repository, hex; absent: the repository has none. */
  readonly sealed?: string;
  /** Only filled into files: podman gets no copy of it. Absent: containers are given it by podman. */
  readonly filled?: boolean;
}

/** Never a value: HMACs with the node's key. */
export interface SecretState {
  /** podman's own name of it that containers use; '' while there is none. */
  readonly podmanName: string;
  /** Mark of where the value comes from: HMAC of the node file, or the repository's encrypted value; null when there is neither. */
  readonly file: string | null;
  /** HMAC of what podman's copy was made from, null when it is not ours. */
  readonly recorded: string | null;
  readonly createdAt: number;
  /** The repository's value counts, and this node has no key. Absent: it could be opened, for all that one can see. */
  readonly isLocked?: boolean;
}

/** A secret by name: a file of the node, else the repository's value, both copied into podman; else the podman secret of that name. */
export const secret: KindDefinition<SecretSpec, SecretState> = {
  kind: 'secret',
  version: 1,
  staged: false,
  mutable: true,
  optional: false,
  retires: true,
  upgrade: (recorded) => asRecorded<SecretSpec>(recorded),
  references: () => [],
  claims: () => [],
  compare,
  ready: (desired, { state }) => (desired.spec.filled === true ? state.file !== null : state.podmanName !== ''),
  steps(turn): readonly Step[] {
    const sealed = turn.desired?.spec.sealed ?? null;
    const args = { name: turn.key.slice('secret/'.length), hmac: turn.observed?.state.file ?? null, sealed };
    if (turn.type === 'make' || turn.type === 'update') return [step('create', 'make', args)];
    if (turn.type === 'retire' && turn.observed?.state.recorded !== null) return [step('delete', 'retire', args)];
    return [];
  },
  effect(action, before, observed) {
    if (action.verb === 'delete') return 'gone';
    const file = before?.state.file ?? null;
    const name = action.key.slice('secret/'.length);
    return left(action, { podmanName: `reconcile-${name}`, file, recorded: file, createdAt: observed.at });
  },
};

function compare(
  desired: Resource<SecretSpec>,
  observed: ObservedResource<SecretState> | undefined,
  _view: KindView,
): Comparison {
  const { filled, name } = desired.spec;
  const state = observed?.state;
  if (state === undefined || (state.file === null && state.podmanName === '')) {
    return {
      verdict: 'blocked',
      code: 'Missing',
      on: `secret ${name}`,
      message: `secret ${name} is neither a node file, nor a value in the repository, nor a podman secret: reconcile secret set ${name}`,
    };
  }
  // Whether a file can be filled is the file's to say: what was filled in before goes on.
  if (filled === true) return { verdict: 'same' };
  if (state.file === null || (state.podmanName !== '' && state.recorded === state.file)) return { verdict: 'same' };
  if (state.isLocked === true)
    return { verdict: 'blocked', code: 'Missing', on: `secret ${name}`, message: lockedSecret(name) };
  return {
    verdict: 'update',
    how: 'create',
    fields: [],
    reason: { code: state.podmanName === '' ? 'Missing' : 'Changed' },
  };
}
