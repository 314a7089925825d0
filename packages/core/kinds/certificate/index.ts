import type { Ask, Comparison, KindDefinition, KindView, Step } from '../../model/contract.ts';
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
/** Clocks of issuers differ, and they date certificates back by as much (RFC 5280 has no rule for it). */
const mostOffMs = 3_600_000;
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
  compare(desired, observed, view) {
    const { spec } = desired;
    const asks = askOf(spec, view);
    if (observed === undefined) return { verdict: 'make', ...asks };
    const { doubt } = view.observed;
    if (spec.issuer === 'cert-files') return compareFiles(spec, observed.state, doubt !== undefined);
    return compareOwn(spec, observed.state, { now: view.now, asks });
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

/**
 * Our own CA signs by the wall clock, and nobody looks it over: while that is doubted a person is asked. An ACME server is asked
 * itself, by its driver.
 */
function askOf({ issuer }: CertificateSpec, { history, observed }: KindView): { readonly asks?: Ask } {
  const { doubt } = observed;
  if (issuer !== 'internal-ca' || doubt === undefined || history.releasedHolds.includes(doubt.id)) return {};
  return { asks: { code: 'ClockDoubted', ...doubt } };
}

interface Moment {
  readonly now: Instant;
  readonly asks: { readonly asks?: Ask };
}

function compareOwn(spec: CertificateSpec, state: CertificateState, { asks, now }: Moment): Comparison {
  const fields = differences(spec, state);
  const names = fields.map(({ field }) => field);
  if (fields.length > 0) return { ...renewal(fields, { code: 'Changed', fields: names }), ...asks };
  if (state.unfit !== undefined) return { ...renewal([], { code: 'Rebuilt', text: state.unfit }), ...asks };
  const isEarly = state.notBefore > now + mostOffMs;
  if (now < renewAt(state) && !isEarly) return { verdict: 'same' };
  // What was signed under another clock goes on being served: it may well be this one that is wrong.
  if (asks.asks !== undefined) return { verdict: 'same', ...asks };
  if (isEarly) return renewal([], { code: 'Changed', text: `not valid before ${dayOf(state.notBefore)}` });
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

function dayOf(at: Instant): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Others make it and we take it over: until theirs is sound, what we have stays. By a doubted clock theirs is not judged. */
function compareFiles(spec: CertificateSpec, state: CertificateState, isDoubted: boolean): Comparison {
  const { offered } = state;
  if (offered !== undefined && 'trouble' in offered) {
    if (isDoubted && isUsable(state) && state.issuer === spec.issuer) return { verdict: 'same' };
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
