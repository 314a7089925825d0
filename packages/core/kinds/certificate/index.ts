import type { KindDefinition, Step } from '../../model/contract.ts';
import { asRecorded, left, step } from '../simple.ts';

export interface CertificateSpec {
  readonly hostname: string;
  readonly issuer: 'internal-ca' | 'acme' | 'cert-files';
}

export interface CertificateState {
  readonly names: readonly string[];
  readonly notAfter: number;
  readonly fingerprint: string;
}

/** One certificate per hostname, for a proxy that ends TLS. Key material never enters a plan. */
export const certificate: KindDefinition<CertificateSpec, CertificateState> = {
  kind: 'certificate',
  version: 1,
  staged: false,
  mutable: true,
  optional: true,
  retires: true,
  upgrade: (recorded) => asRecorded<CertificateSpec>(recorded),
  references: () => [],
  claims: () => [],
  compare: (_desired, observed) => (observed === undefined ? { verdict: 'make' } : { verdict: 'same' }),
  ready: () => true,
  steps(turn): readonly Step[] {
    if (turn.type === 'make') return [step('create', 'make', { spec: turn.desired?.spec ?? null })];
    return turn.type === 'retire' ? [step('delete', 'retire', {})] : [];
  },
  effect: (action, before, observed) =>
    action.verb === 'delete' ? 'gone' : (before ?? left(action, { names: [], notAfter: observed.at, fingerprint: '' })),
};
