import type { KindDefinition, Step } from '../../model/contract.ts';
import { asRecorded, left, step } from '../simple.ts';

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
}

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
  compare(desired, observed) {
    if (observed !== undefined) return { verdict: 'same' };
    if (desired.spec.source === 'named') return { verdict: 'make' };
    const path = desired.spec.name;
    return { verdict: 'blocked', code: 'Missing', on: path, message: `host directory ${path} does not exist` };
  },
  ready: () => true,
  steps(turn): readonly Step[] {
    return turn.type === 'make' ? [step('create', 'make', { spec: turn.desired?.spec ?? null })] : [];
  },
  effect: (action, before, observed) => before ?? left(action, { createdAt: observed.at }),
};
