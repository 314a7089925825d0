import type { Comparison, DataRecord, KindDefinition, Step } from '../../model/contract.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import { asRecorded, left, step } from '../simple.ts';
import { type DataTrouble, dataTrouble, type SeenData } from './identity.ts';

export * from './identity.ts';

export interface VolumeSpec {
  /** `named`: podman's, made when missing. `host`: a directory of this machine, never made by us. */
  readonly source: 'named' | 'host';
  /** Volume name or absolute path. */
  readonly name: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface VolumeState {
  readonly createdAt: number;
  /** Whose data lies in it; absent where that cannot be told from outside (a driver or options of their own). */
  readonly data?: {
    /** Absent: it is gone, and what is known of it says that it held something. */
    readonly seen?: SeenData;
    readonly known?: DataRecord;
  };
}

/** Of the action that takes data as it is now for what it is to be. `identity` '': nothing is there, nothing is known any more. */
export interface AdoptDataArgs {
  readonly name: string;
  readonly identity: string;
  readonly nonEmpty: boolean;
}

type Wanted = Resource<VolumeSpec>;
type Seen = ObservedResource<VolumeState>;

/** Data. Made when a name is missing, never removed by a plan: deleting needs a verb of its own. */
export const volume: KindDefinition<VolumeSpec, VolumeState> = {
  kind: 'volume',
  version: 1,
  staged: false,
  mutable: true,
  optional: false,
  retires: false,
  upgrade: (recorded) => asRecorded<VolumeSpec>(recorded),
  references: () => [],
  claims: () => [],
  compare(desired, observed): Comparison {
    const { name, source } = desired.spec;
    const trouble = troubleOf(desired, observed);
    if (source === 'host' && (observed === undefined || isGone(observed))) {
      const code = trouble === undefined ? 'Missing' : 'DataMissing';
      const before = trouble === undefined ? '' : ', and held data before: is its disk mounted?';
      return { verdict: 'blocked', code, on: name, message: `host directory ${name} does not exist${before}` };
    }
    if (observed === undefined) return { verdict: 'make' };
    if (trouble === undefined) return { verdict: 'same' };
    const { code, id, message } = trouble;
    return {
      verdict: 'update',
      how: 'adopt',
      fields: [],
      reason: { code: 'Changed', text: message },
      asks: { code, id, message },
    };
  },
  ready: (desired, observed) => troubleOf(desired, observed) === undefined,
  steps(turn): readonly Step[] {
    const make = step('create', 'make', { spec: turn.desired?.spec ?? null });
    if (turn.type === 'make') return [make];
    if (turn.type !== 'update' || turn.desired === undefined) return [];
    const seen = turn.observed?.state.data?.seen;
    const args: AdoptDataArgs = {
      name: turn.desired.spec.name,
      identity: seen?.identity ?? '',
      nonEmpty: seen?.isEmpty === false,
    };
    const adopt = step('adopt', 'make', args);
    return seen === undefined ? [adopt, make] : [adopt];
  },
  effect(action, before, observed) {
    if (action.verb === 'adopt')
      return before === undefined ? 'gone' : adopted(action.args as unknown as AdoptDataArgs, before);
    return before ?? left(action, { createdAt: observed.at });
  },
};

function troubleOf({ spec }: Wanted, observed: Seen | undefined): DataTrouble | undefined {
  const data = observed?.state.data;
  return data === undefined ? undefined : dataTrouble(spec.name, data.known, data.seen);
}

function isGone({ state }: Seen): boolean {
  return state.data !== undefined && state.data.seen === undefined;
}

/** A gone one that nothing is known of any more is like one that never was. */
function adopted({ identity, nonEmpty }: AdoptDataArgs, before: Seen): Seen | 'gone' {
  const { data, ...state } = before.state;
  if (data?.seen === undefined) return 'gone';
  return { ...before, state: { ...state, data: { seen: data.seen, known: { identity, nonEmpty } } } };
}
