import { plainIp } from '../../model/claim.ts';
import type { Comparison, KindDefinition, KindView, Step } from '../../model/contract.ts';
import type { FieldChange } from '../../model/plan.ts';
import type { Resource } from '../../model/resource.ts';
import { asRecorded, left, step } from '../simple.ts';
import {
  type RecordArgs,
  type RecordDeleteArgs,
  type RecordSpec,
  type RecordState,
  recordProvider,
  type SeenRecord,
} from './spec.ts';

export * from './below.ts';
export * from './check.ts';
export * from './mark.ts';
export * from './sets.ts';
export * from './spec.ts';

/** A DNS name that leads here. It appears after its routes and goes before them. */
export const record: KindDefinition<RecordSpec, RecordState> = {
  kind: 'record',
  version: 1,
  staged: false,
  mutable: true,
  optional: true,
  retires: true,
  provider: recordProvider,
  upgrade: (recorded) => asRecorded<RecordSpec>(recorded),
  references: (spec) => spec.routes.map((key) => ({ key, hard: true })),
  claims: () => [],
  compare: (desired, observed, view) => obstacle(desired, observed, view) ?? difference(desired.spec, observed),
  ready: (_desired, observed) => observed.state.unread === undefined,
  steps(turn): readonly Step[] {
    const was = turn.observed?.state.values ?? [];
    if (turn.type === 'retire') {
      const args: RecordDeleteArgs = { spec: turn.observed?.spec as unknown as RecordSpec, was };
      return [step('delete', turn.released === true ? 'release' : 'retire', args)];
    }
    if (turn.desired === undefined || (turn.type !== 'make' && turn.type !== 'update')) return [];
    const args: RecordArgs = { spec: turn.desired.spec, was };
    return [step(turn.type === 'make' ? 'create' : 'update', 'make', args)];
  },
  effect(action) {
    if (action.verb === 'delete') return 'gone';
    const { spec } = action.args as unknown as RecordArgs;
    return left(
      action,
      { values: [spec.value] },
      { spec: spec as never, references: spec.routes.map((key) => ({ key })) },
    );
  },
};

/** What is in the way, and none of our business to remove. */
function obstacle(
  { key, spec }: Resource<RecordSpec>,
  observed: SeenRecord | undefined,
  view: KindView,
): Comparison | undefined {
  const { hostname, type, zone } = spec;
  if (observed?.state.unread !== undefined)
    return { verdict: 'blocked', code: 'Blind', on: zone, message: observed.state.unread };
  const conflict = (message: string): Comparison => ({ verdict: 'blocked', code: 'NameConflict', on: key, message });
  if (observed?.owner === 'foreign') {
    const seen = observed.state.values.join(', ');
    return conflict(`${hostname} has ${type} ${seen}, which is not ours; remove it there, or choose another name`);
  }
  if (observed?.state.besides !== undefined)
    return conflict(`${hostname} is also given by somebody else: ${observed.state.besides}`);
  // RFC 1034 3.6.2: a name with a CNAME has nothing else.
  const others = (type === 'CNAME' ? (['A', 'AAAA', 'TXT'] as const) : (['CNAME'] as const)).flatMap(
    (other) => view.observed.resources[`record/${other}/${hostname}`] ?? [],
  );
  const foreign = others.find((other) => other.owner === 'foreign');
  if (foreign !== undefined) return conflict(`${foreign.key} is not ours, and a CNAME stands alone`);
  const ours = others[0];
  if (ours === undefined || (observed !== undefined && observed.state.values.length > 0)) return undefined;
  return {
    verdict: 'blocked',
    code: 'ClaimConflict',
    on: ours.key,
    message: `${ours.key} goes first: a CNAME stands alone`,
  };
}

function difference(spec: RecordSpec, observed: SeenRecord | undefined): Comparison {
  if (observed === undefined) return { verdict: 'make' };
  const { values, drifted } = observed.state;
  const fields: FieldChange[] = [];
  if (values.length !== 1 || !isSameValue(spec, values[0] ?? ''))
    fields.push({ field: 'value', from: values, to: [spec.value] });
  const routes = (observed.spec as unknown as RecordSpec | undefined)?.routes ?? [];
  if ([...routes].sort().join() !== [...spec.routes].sort().join())
    fields.push({ field: 'routes', from: routes, to: spec.routes });
  if (fields.length === 0 && drifted !== true) return { verdict: 'same' };
  const reason =
    fields.length === 0
      ? ({ code: 'Changed', text: 'edited behind our back' } as const)
      : ({ code: 'Changed', fields: fields.map(({ field }) => field) } as const);
  return { verdict: 'update', how: 'update', fields, reason };
}

function isSameValue({ type, value }: RecordSpec, seen: string): boolean {
  return type === 'AAAA' ? plainIp(seen) === plainIp(value) : seen === value;
}
