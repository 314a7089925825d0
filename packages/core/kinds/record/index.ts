import type { KindDefinition, Step } from '../../model/contract.ts';
import type { ResourceKey } from '../../model/resource.ts';
import { asRecorded, left, step } from '../simple.ts';

export interface RecordSpec {
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'TXT';
  readonly hostname: string;
  readonly zone: string;
  readonly value: string;
  /** Routes that must answer before the name appears, and go after it. */
  readonly routes: readonly ResourceKey[];
}

export interface RecordState {
  readonly values: readonly string[];
}

/** A DNS name that leads here. It appears after its routes and goes before them. */
export const record: KindDefinition<RecordSpec, RecordState> = {
  kind: 'record',
  version: 1,
  staged: false,
  mutable: true,
  optional: true,
  retires: true,
  upgrade: (recorded) => asRecorded<RecordSpec>(recorded),
  references: (spec) => spec.routes.map((key) => ({ key, hard: true })),
  claims: () => [],
  compare(desired, observed) {
    if (observed === undefined) return { verdict: 'make' };
    const { values } = observed.state;
    if (values.length === 1 && values[0] === desired.spec.value) return { verdict: 'same' };
    return {
      verdict: 'update',
      how: 'update',
      fields: [{ field: 'value', from: values, to: [desired.spec.value] }],
      reason: { code: 'Changed' },
    };
  },
  ready: () => true,
  steps(turn): readonly Step[] {
    if (turn.type === 'make') return [step('create', 'make', { spec: turn.desired?.spec ?? null })];
    if (turn.type === 'update') return [step('update', 'make', { spec: turn.desired?.spec ?? null })];
    return turn.type === 'retire' ? [step('delete', turn.released === true ? 'release' : 'retire', {})] : [];
  },
  effect(action) {
    if (action.verb === 'delete') return 'gone';
    const { spec } = action.args as unknown as { spec: RecordSpec };
    return left(
      action,
      { values: [spec.value] },
      { spec: spec as never, references: spec.routes.map((key) => ({ key })) },
    );
  },
};
