import { join } from 'node:path';
import type { Action, Desired, Facts, Plan } from '@reconcile/core';
import {
  badImage,
  carryOut,
  desiredOf,
  emptySim,
  type FleetModel,
  fleetModel,
  planOn,
  reboot,
  type Sim,
} from '@reconcile/testkit/worlds';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadHistory } from '../load/index.ts';
import { openRegistry } from '../open.ts';
import type { Registry } from '../registry.ts';
import { temporaryDir } from '../temporary.fixture.ts';
import { somebody } from '../world.fixture.ts';
import { planLookups, registryJournal } from './index.ts';

/** RECONCILE_REMEMBERED=2000 for the long form. */
const worlds = Number(process.env.RECONCILE_REMEMBERED ?? 25);
const turns = 12;

/** The same fleet a while ago: other versions, of which every one gets ready, and nothing of the last service yet. */
function before(to: FleetModel): FleetModel {
  const services = to.services.slice(0, -1).map((service) => ({
    ...service,
    components: service.components.map((part) => ({ ...part, image: 'reg.example.net/app:0' })),
  }));
  return { ...to, services };
}

/** What the driver would have said of an action that left this. */
function factsOf(action: Action, sim: Sim): Facts {
  const state = sim.observed.resources[action.key]?.state as { id?: string; imageId?: string } | undefined;
  return action.kind === 'image' ? { imageId: state?.imageId ?? '' } : { id: state?.id ?? '' };
}

/** The model writes down what the plan said; by the time a gate opens, an image that was pulled meanwhile has its id. */
function withImageIds(sim: Sim): Sim {
  const idOf = (image: string, known: string) => (known === '' ? (sim.history.pins[image]?.imageId ?? '') : known);
  const slots = Object.entries(sim.history.slots).map(([slot, known]) => {
    const knownBad = known.knownBad.map((bad) => ({ ...bad, imageId: idOf(badImage, bad.imageId) }));
    const good = known.lastGood;
    if (good === undefined) return [slot, { ...known, knownBad }] as const;
    const { image } = good.resource.spec as unknown as { image: string };
    return [slot, { ...known, knownBad, lastGood: { ...good, imageId: idOf(image, good.imageId) } }] as const;
  });
  return { ...sim, history: { ...sim.history, slots: Object.fromEntries(slots) } };
}

/** One plan carried out on the model, and written down action by action as the engine would. */
async function remembered(registry: Registry, sim: Sim, desired: Desired): Promise<Sim> {
  const made = planOn(sim, desired);
  const isBad = (action: Action) =>
    action.verb === 'await' &&
    (desired.resources[action.key]?.spec as { image?: string } | undefined)?.image === badImage;
  const ended: { action: Action; after: Sim }[] = [];
  const after = carryOut(sim, desired, made, {
    bad: isBad,
    watch: (now, action) => ended.push({ action, after: now }),
  });
  const journal = registryJournal(registry, {
    bootId: sim.observed.bootId,
    generation: desired.generation,
    commit: desired.commit,
    principal: somebody,
    lookups: planLookups({ plan: made, desired, history: sim.history }),
    now: () => sim.observed.at,
  });
  await journal.begin(ended.map(({ action }) => action));
  await Promise.all(
    ended.map(({ action, after: then }) => {
      const { at } = then.observed;
      if (!isBad(action)) return journal.done(action, factsOf(action, then), at);
      return journal.failed(action, { code: 'GATE_EXPIRED', message: 'never ready', expired: true }, at);
    }),
  );
  return withImageIds(after);
}

/** How long a start takes is measured by the registry alone. */
function untimed(made: Plan): Plan {
  return { ...made, changes: made.changes.map(({ downtimeMs: _measured, ...change }) => change) };
}

test(`over ${worlds} transitions and a reboot, the registry remembers what the planner has to know`, {
  timeout: 30_000 + worlds * 500,
}, async () => {
  const dir = temporaryDir();
  let n = 0;
  const run = async (to: FleetModel) => {
    const registry = openRegistry(join(dir, `${n++}.db`), { mode: 'write' });
    let sim = emptySim();
    const steps = [desiredOf(before(to), 1), desiredOf(to, 2), desiredOf(to, 2)];
    for (const [step, desired] of steps.entries()) {
      if (step === 2) sim = reboot(sim);
      for (let turn = 0; turn < turns; turn++) {
        const made = planOn(sim, desired);
        const history = loadHistory(registry, sim.observed.bootId, sim.observed.at);
        expect(untimed(planOn({ ...sim, history }, desired))).toEqual(untimed(made));
        if (made.actions.length === 0 && made.wakeAt === undefined) break;
        if (made.actions.length === 0) sim = { ...sim, observed: { ...sim.observed, at: (made.wakeAt ?? 0) + 1 } };
        else sim = await remembered(registry, sim, desired);
      }
    }
    await registry.close();
  };
  await fc.assert(fc.asyncProperty(fleetModel({ bad: true, services: 3 }), run), {
    numRuns: worlds,
    endOnFailure: true,
  });
});
