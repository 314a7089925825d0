import type { History, Instant } from '@reconcile/core';
import type { Registry } from '../registry.ts';
import { listAttempts } from '../tables/attempt.ts';
import { stagesSince } from '../tables/boot.ts';
import { lastServices } from '../tables/generation.ts';
import { listReleasedHolds } from '../tables/hold-release.ts';
import { listKnownBad } from '../tables/known-bad.ts';
import { currentOverrides } from '../tables/override.ts';
import { listPins } from '../tables/pin.ts';
import { openRequests } from '../tables/request.ts';
import { listSlots } from '../tables/slot.ts';
import { listUndos } from '../tables/undo.ts';

/** The planner's memory at one moment, in one read transaction. Last-good versions are parsed when looked at. @throws as `Registry.read` */
export function loadHistory(registry: Registry, bootId: string, now: Instant): History {
  return registry.read((rows) => {
    const slots = listSlots(rows, bootId, now);
    for (const [slot, knownBad] of Object.entries(listKnownBad(rows))) {
      const known = slots[slot];
      if (known === undefined) slots[slot] = { readySinceBoot: false, knownBad, deaths: [], reverts: [] };
      else Object.assign(known, { knownBad });
    }
    for (const [slot, undo] of Object.entries(listUndos(rows))) {
      const known = slots[slot];
      if (known !== undefined) Object.assign(known, { undo });
    }
    return {
      slots,
      attempts: listAttempts(rows),
      pins: listPins(rows),
      stagesSince: stagesSince(rows, bootId),
      releasedHolds: listReleasedHolds(rows),
      requests: openRequests(rows),
      overrides: currentOverrides(rows, now),
      lastServices: lastServices(rows),
    };
  });
}
