import type { Desired, History, Instant, Observed, Plan, ResourceKey } from '@reconcile/core';
import {
  type AlarmDays,
  alarmOf,
  type CertificateSpec,
  type CertificateState,
} from '@reconcile/core/kinds/certificate';
import { duration } from '@reconcile/core/render';

/** A certificate whose end is near though it should have been renewed. */
export interface CertificateAlarm {
  readonly key: ResourceKey;
  readonly days: AlarmDays;
  /** `web.example.net: 6 d left, not renewed: the ACME server did not answer` */
  readonly text: string;
}

interface Look {
  readonly desired: Desired;
  readonly observed: Observed;
  readonly plan: Pick<Plan, 'waiting'>;
  readonly history: Pick<History, 'attempts'>;
  readonly now: Instant;
}

/** At 14, 7 and 2 days, and after the end: of every certificate that is wanted, whoever makes it. Pure. */
export function certificateAlarms(look: Look): CertificateAlarm[] {
  const { desired, now, observed } = look;
  return Object.values(desired.resources).flatMap(({ key, kind, spec }): CertificateAlarm[] => {
    const state = observed.resources[key]?.state as unknown as CertificateState | undefined;
    if (kind !== 'certificate' || state === undefined || state.fingerprint === '') return [];
    const days = alarmOf(state, now);
    if (days === undefined) return [];
    const { hostname, issuer } = spec as unknown as CertificateSpec;
    const left = state.notAfter - now;
    const end = left > 0 ? `${duration(left)} left` : `ended ${duration(-left)} ago`;
    return [{ key, days, text: `certificate ${hostname}: ${end}, ${whyNot(look, key, issuer)}` }];
  });
}

function whyNot({ history, plan }: Look, key: ResourceKey, issuer: CertificateSpec['issuer']): string {
  const wait = plan.waiting.find((one) => one.key === key);
  const said = history.attempts[key]?.message ?? wait?.message;
  if (said !== undefined) return `not renewed: ${said}`;
  return issuer === 'cert-files' ? 'and those who leave it here have left no newer one' : 'to be renewed';
}
