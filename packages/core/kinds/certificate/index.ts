import type { Comparison, KindDefinition, Step } from '../../model/contract.ts';
import type { Instant } from '../../model/json.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { FieldChange } from '../../model/plan.ts';
import { asRecorded, left, step } from '../simple.ts';
import { type CertificateArgs, type CertificateSpec, type CertificateState, renewAt, wantedNames } from './spec.ts';

export * from './alarm.ts';
export * from './seen.ts';
export * from './spec.ts';
export * from './stored.ts';

/** An order at a public CA takes its checks of our names; the others are made in a moment. */
const issueTimeoutMs = 150_000;
const dayMs = 86_400_000;
/** For foretelling what is not made yet: any life that is not due. */
const someLifeMs = 90 * dayMs;

/**
 * One certificate per hostname, or one for all of a zone that asks for a wildcard, for a proxy that ends TLS. It is kept while names, key, chain and issuer fit and time is
 * left; renewal is an update like any other. Key material never enters a plan.
 */
export const certificate: KindDefinition<CertificateSpec, CertificateState> = {
  kind: 'certificate',
  version: 1,
  staged: false,
  mutable: true,
  optional: true,
  retires: true,
  provider: (spec) => spec.issuer,
  upgrade: (recorded) => asRecorded<CertificateSpec>(recorded),
  references: () => [],
  claims: () => [],
  compare(desired, observed, { now }) {
    if (observed === undefined) return { verdict: 'make' };
    return desired.spec.issuer === 'cert-files'
      ? compareFiles(desired.spec, observed.state)
      : compareOwn(desired.spec, observed.state, now);
  },
  // An old one is served until there is a better one: only what must not be shown at all is not ready.
  ready: (_desired, observed) => isUsable(observed.state),
  wakeAt: (desired, observed) => (desired.spec.issuer === 'cert-files' ? undefined : renewAt(observed.state)),
  steps(turn): readonly Step[] {
    const spec = turn.desired?.spec;
    if (turn.type === 'retire') return [step('delete', 'retire', { issuer: turn.observed?.state.issuer ?? '' })];
    if (spec === undefined || (turn.type !== 'make' && turn.type !== 'update')) return [];
    const args: CertificateArgs = { spec };
    return [step(turn.type === 'make' ? 'create' : 'update', 'make', args, issueTimeoutMs)];
  },
  effect(action, before, observed) {
    if (action.verb === 'delete') return 'gone';
    const { spec } = action.args as unknown as CertificateArgs;
    return left(action, issued(spec, before, observed.at));
  },
};

/** All that can be foretold of one that is not made yet. */
function issued(
  spec: CertificateSpec,
  before: ObservedResource<CertificateState> | undefined,
  at: Instant,
): CertificateState {
  const offered = before?.state.offered;
  const fingerprint = offered !== undefined && 'fingerprint' in offered ? offered.fingerprint : 'new';
  return {
    issuer: spec.issuer,
    names: wantedNames(spec),
    notBefore: at,
    notAfter: at + someLifeMs,
    fingerprint,
    ...(spec.issuer === 'cert-files' ? { offered: { fingerprint } } : {}),
  };
}

function isUsable(state: CertificateState): boolean {
  return state.fingerprint !== '' && state.unfit === undefined;
}

function compareOwn(spec: CertificateSpec, state: CertificateState, now: Instant): Comparison {
  const fields = differences(spec, state);
  const names = fields.map(({ field }) => field);
  if (fields.length > 0) return renewal(fields, { code: 'Changed', fields: names });
  if (state.unfit !== undefined) return renewal([], { code: 'Rebuilt', text: state.unfit });
  if (now < renewAt(state)) return { verdict: 'same' };
  const days = Math.floor((state.notAfter - now) / dayMs);
  const text = state.notAfter <= now ? 'expired' : days < 2 ? 'expires within two days' : `expires in ${days} days`;
  return renewal([], { code: 'Changed', text });
}

function renewal(fields: readonly FieldChange[], reason: Extract<Comparison, { verdict: 'update' }>['reason']) {
  return { verdict: 'update', how: 'renew', fields, reason } as const;
}

function differences(spec: CertificateSpec, state: CertificateState): FieldChange[] {
  const fields = issuerOnly(spec, state);
  const wanted = wantedNames(spec);
  if (state.unfit === undefined && state.names.join() !== wanted.join()) {
    fields.push({ field: 'names', from: state.names, to: wanted });
  }
  return fields;
}

function issuerOnly(spec: CertificateSpec, state: CertificateState): FieldChange[] {
  return state.issuer === spec.issuer ? [] : [{ field: 'issuer', from: state.issuer, to: spec.issuer }];
}

/** Others make it and we take it over: until theirs is sound, what we have stays. */
function compareFiles(spec: CertificateSpec, state: CertificateState): Comparison {
  const { offered } = state;
  if (offered !== undefined && 'trouble' in offered) {
    return { verdict: 'blocked', code: 'Missing', on: `certificate/${spec.hostname}`, message: offered.trouble };
  }
  const isSame = offered === undefined || offered.fingerprint === state.fingerprint;
  if (isSame && isUsable(state) && state.issuer === spec.issuer) return { verdict: 'same' };
  const fields = issuerOnly(spec, state);
  const reason = state.unfit ?? 'another file was put there';
  return renewal(
    fields,
    fields.length > 0 ? { code: 'Changed', fields: ['issuer'] } : { code: 'Changed', text: reason },
  );
}
