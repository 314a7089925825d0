import type { Event, SlotHistory, SlotKey } from '@reconcile/core';
import { flappingSince, flappingWindowMs } from '@reconcile/core/kinds/container';
import { duration } from '@reconcile/core/render';
import { addEvents, loadHistory, putFlapping, type Registry } from '@reconcile/registry';
import { flappingText } from '../standing/words.ts';
import type { AlarmLook } from './alarms.ts';

/**
 * One event when a slot begins to flap and one when it was quiet for long enough, each in the transaction that says so: nothing is told
 * twice, whoever makes the pass. @throws as `Registry.write`
 */
export async function tellFlapping(
  registry: Registry,
  look: Pick<AlarmLook, 'desired' | 'bootId' | 'cycleId' | 'now'>,
  show: (event: Event) => void,
): Promise<void> {
  const { bootId, now } = look;
  const { slots } = loadHistory(registry, bootId, now);
  for (const [slot, history] of Object.entries(slots)) {
    const since = flappingSince(history.flappingSince, history.deaths, now);
    if (since === history.flappingSince) continue;
    const event = eventOf(look, slot, { history, isFlapping: since !== undefined });
    await registry.write((rows) => {
      putFlapping(rows, slot, since);
      addEvents(rows, [event]);
    });
    show(event);
  }
}

function eventOf(
  { cycleId, desired, now }: Pick<AlarmLook, 'desired' | 'cycleId' | 'now'>,
  slot: SlotKey,
  { history, isFlapping }: { history: SlotHistory; isFlapping: boolean },
): Event {
  return {
    at: now,
    node: desired.node,
    generation: desired.generation,
    cycleId,
    type: 'condition.changed',
    slot,
    condition: 'Flapping',
    status: isFlapping ? 'True' : 'False',
    reason: isFlapping ? 'Deaths' : 'Quiet',
    message: isFlapping ? flappingText(history) : `no death for ${duration(flappingWindowMs)}`,
  };
}
