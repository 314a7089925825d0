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
  readonly plan: Pick<Plan, 'held' | 'waiting'>;
  readonly history: Pick<History, 'attempts'>;
  readonly now: Instant;
}

/** At 14, 7 and 2 days, and after the end: of every certificate that is wanted, whoever makes it. Pure. */
export function certificateAlarms(look: Look): CertificateAlarm[] {
  const { desired, now, observed } = look;
  const alarms = Object.values(desired.resources).flatMap(({ key, kind, spec }): CertificateAlarm[] => {
    const state = observed.resources[key]?.state as unknown as CertificateState | undefined;
    if (kind !== 'certificate' || state === undefined || state.fingerprint === '') return [];
    const days = alarmOf(state, now);
    if (days === undefined) return [];
    const { hostname, issuer } = spec as unknown as CertificateSpec;
    const left = state.notAfter - now;
    const end = left > 0 ? `${duration(left)} left` : `ended ${duration(-left)} ago`;
    return [{ key, days, text: `certificate ${hostname}: ${end}, ${whyNot(look, key, issuer)}` }];
  });
  return observed.doubt === undefined ? alarms : doubted(look, alarms);
}

/** Of a clock that jumped: about it, and about none of the certificates, there is one thing to be told. */
export const clockKey: ResourceKey = 'node/clock';

/** By a clock that is not believed no certificate is near its end; it is itself the alarm, unless its hold tells that already. */
function doubted({ observed, plan }: Look, alarms: readonly CertificateAlarm[]): CertificateAlarm[] {
  const isTold = plan.held.some(({ code }) => code === 'ClockDoubted');
  if (isTold || alarms.length === 0) return [];
  return [{ key: clockKey, days: 0, text: observed.doubt?.message ?? '' }];
}

function whyNot({ history, plan }: Look, key: ResourceKey, issuer: CertificateSpec['issuer']): string {
  const wait = plan.waiting.find((one) => one.key === key);
  const said = history.attempts[key]?.message ?? wait?.message;
  if (said !== undefined) return `not renewed: ${said}`;
  return issuer === 'cert-files' ? 'and those who leave it here have left no newer one' : 'to be renewed';
}
