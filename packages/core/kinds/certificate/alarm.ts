import type { Instant } from '../../model/json.ts';

/** Days left at which somebody should look; 0: it has ended. */
export const alarmDays = [14, 7, 2, 0] as const;
export type AlarmDays = (typeof alarmDays)[number];

const dayMs = 86_400_000;
/** Lives shorter than this have alarms that are as much nearer to their end. */
const usualLifeMs = 90 * dayMs;

/** The last alarm that a certificate has come to; undefined: none yet. Renewal is due long before the first. */
export function alarmOf(
  life: { readonly notBefore: Instant; readonly notAfter: Instant },
  now: Instant,
): AlarmDays | undefined {
  const scale = Math.min(1, (life.notAfter - life.notBefore) / usualLifeMs);
  const leftMs = life.notAfter - now;
  return alarmDays.findLast((days) => leftMs <= days * dayMs * scale);
}
