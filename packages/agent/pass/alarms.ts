import type { Desired, Event, Instant, Json, Observed, Plan } from '@reconcile/core';
import { loadHistory, loadLedger, type Registry } from '@reconcile/registry';
import { keepNotes } from '../memory/memory.ts';
import { certificateAlarms, clockKey } from '../standing/certificates.ts';

/** Under this name it is kept which alarms were told. */
const note = 'alarms/certificates';

export interface AlarmLook {
  readonly desired: Desired;
  readonly observed: Observed;
  readonly plan: Plan;
  readonly bootId: string;
  readonly cycleId: string;
  readonly now: Instant;
}

/** One event when a certificate comes to an alarm, or is over it; nothing is written while nothing changes. */
export async function tellAlarms(registry: Registry, look: AlarmLook, emit: (event: Event) => void): Promise<void> {
  const { bootId, cycleId, desired, now } = look;
  const told = toldBefore(loadLedger(registry).notes[note]);
  const history = loadHistory(registry, bootId, now);
  const alarms = certificateAlarms({ ...look, history });
  const current = Object.fromEntries(alarms.map(({ days, key }) => [key, days]));
  if (JSON.stringify(told) === JSON.stringify(current)) return;
  const base = {
    at: now,
    node: desired.node,
    generation: desired.generation,
    cycleId,
    type: 'condition.changed',
  } as const;
  for (const { days, key, text } of alarms) {
    if (told[key] === days) continue;
    const reason = key === clockKey ? 'ClockDoubted' : days === 0 ? 'CertificateEnded' : 'CertificateEnds';
    emit({ ...base, slot: key, condition: 'Degraded', status: 'True', reason, message: text });
  }
  for (const key of Object.keys(told)) {
    if (current[key] !== undefined) continue;
    emit({
      ...base,
      slot: key,
      condition: 'Degraded',
      status: 'False',
      ...(key === clockKey
        ? { reason: 'ClockBelieved', message: 'the clock is believed again' }
        : { reason: 'CertificateRenewed', message: 'time is left' }),
    });
  }
  await keepNotes(registry, { [note]: current as unknown as Json });
}

function toldBefore(kept: Json | undefined): Readonly<Record<string, number>> {
  return typeof kept === 'object' && kept !== null && !Array.isArray(kept)
    ? (kept as Readonly<Record<string, number>>)
    : {};
}
