import type { Desired, Observed, Plan, Resource, ResourceKey } from '@reconcile/core';
import { kinds } from '@reconcile/core/kinds';
import type { ContainerState } from '@reconcile/core/kinds/container';
import { checkPlan, plan } from '@reconcile/core/plan';
import {
  allKinds,
  badImage,
  carryOut,
  converge,
  deadEnds,
  desiredOf,
  drift,
  emptySim,
  overlaps,
  planOn,
  reboot,
  type Sim,
  type SimRules,
  someDrift,
  strayNames,
  transition,
} from '@reconcile/testkit/worlds';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

// The planner's laws over generated worlds. Long form: RECONCILE_WORLDS=20000 (figures in specs/evidence.md); a failure prints its seed,
// RECONCILE_SEED replays it.
const worlds = Number(process.env.RECONCILE_WORLDS ?? 150);
const seed = process.env.RECONCILE_SEED;
const settings = { numRuns: worlds, ...(seed === undefined ? {} : { seed: Number(seed) }) };
const timeout = 60_000 + worlds * 60;

const rootedIn = ['ClaimConflict', 'Reference', 'StageNotReady', 'BackingOff', 'Rolling'];

/** Versions made from the bad image never get ready. */
function rulesFor(desired: Desired): SimRules {
  const bad = new Set<ResourceKey>();
  for (const r of Object.values(desired.resources)) {
    if (r.kind === 'container' && (r.spec as { image?: string }).image === badImage) bad.add(r.key);
  }
  return {
    bad: (action) => bad.has(action.key),
    watch: (sim, action) => {
      const found = [...overlaps(sim.observed), ...strayNames(sim.observed, desired, action)];
      if (found.length > 0) throw new Error(`after ${action.id}: ${found.join('; ')}`);
    },
  };
}

/**
 * Waits of versions that were not tried yet for a port that a good version holds again: which of two bad versions that
 * trade a port was tried first hangs on the way taken.
 */
function areOwedToGood(made: Plan): boolean {
  const good = new Set(made.rolledBack.map(({ slot }) => slot));
  return (
    made.waiting.length > 0 && made.waiting.every(({ code, on }) => code === 'ClaimConflict' && good.has(on ?? ''))
  );
}

/** Both ways led to the same world; what is laid ready for a version that waits for its port is not counted. */
function expectSame({ plan: made, sim }: { plan: Plan; sim: Sim }, whole: Sim): void {
  expect(made.actions).toEqual([]);
  if (areOwedToGood(made)) {
    const laidReady = new Set<string>(made.waiting.map(({ key }) => key));
    expect(face(sim, serving, laidReady)).toBe(face(whole, serving));
    return;
  }
  expect(made.waiting).toEqual([]);
  expect(face(sim)).toBe(face(whole));
}

const serving = ['container', 'route'];

/** Everything that may not depend on the way taken: what runs, in which version, with its names, reachable or parked. */
function face(sim: Sim, among?: readonly string[], unless?: ReadonlySet<string>): string {
  return Object.values(sim.observed.resources)
    .filter((r) => r.kind !== 'port-lease' && (among?.includes(r.kind) ?? true))
    .filter((r) => !(unless?.has(r.key) === true && (r.state as unknown as ContainerState).phase === 'created'))
    .map((r) => {
      const state = r.state as unknown as ContainerState & { parked?: boolean };
      if (r.kind === 'container')
        return `${r.key} ${state.phase === 'running' ? 'up' : 'down'} ${r.health} ${r.specHash} ${state.aliased}`;
      return r.kind === 'route' ? `${r.key} parked=${state.parked}` : r.key;
    })
    .sort()
    .join('\n');
}

function cleanPlan(sim: Sim, desired: Desired): Plan {
  const made = planOn(sim, desired);
  expect(checkPlan(made, sim.observed)).toEqual([]);
  return made;
}

function start(from: Parameters<typeof desiredOf>[0]): Sim {
  const desired = desiredOf(from);
  const end = converge(emptySim(), desired, rulesFor(desired));
  expect(end.plan.actions).toEqual([]);
  expect(end.plan.waiting).toEqual([]);
  return end.sim;
}

describe('the planner over generated worlds', () => {
  it('reaches a fixed point from nothing and from any other fleet, where planning again does nothing', {
    timeout,
  }, () => {
    fc.assert(
      fc.property(transition({ bad: true }), ({ from, to }) => {
        const sim = start(from);
        const wanted = desiredOf(to, 2);
        cleanPlan(sim, wanted);
        const end = converge(sim, wanted, rulesFor(wanted));
        expect(end.plan.waiting.filter((wait) => !rootedIn.includes(wait.code))).toEqual([]);
        if (!JSON.stringify(to).includes(badImage)) expect(end.plan.actions).toEqual([]);
      }),
      settings,
    );
  });

  it('gives the same bytes for the same input in any order', { timeout }, () => {
    fc.assert(
      fc.property(
        transition({ bad: true }),
        fc.array(fc.nat(), { minLength: 80, maxLength: 80 }),
        ({ from, to }, dice) => {
          const sim = start(from);
          const desired = desiredOf(to, 2);
          const shuffled: Desired = { ...desired, resources: shuffle(desired.resources, dice) };
          const observed: Observed = { ...sim.observed, resources: shuffle(sim.observed.resources, dice) };
          const again = plan({
            desired: shuffled,
            observed,
            kinds: [...kinds].reverse(),
            history: { ...sim.history, slots: shuffle(sim.history.slots, dice) },
            now: observed.at,
            served: [...allKinds].reverse(),
          });
          expect(JSON.stringify(again)).toBe(JSON.stringify(planOn(sim, desired)));
        },
      ),
      settings,
    );
  });

  it('converges to the same world from any prefix of a plan', { timeout }, () => {
    fc.assert(
      fc.property(transition({ bad: true }), fc.double({ min: 0, max: 1, noNaN: true }), ({ from, to }, share) => {
        const sim = start(from);
        const wanted = desiredOf(to, 2);
        const rules = rulesFor(wanted);
        const whole = converge(sim, wanted, rules);
        if (whole.plan.waiting.length > 0 || whole.plan.actions.length > 0) return;
        const made = cleanPlan(sim, wanted);
        const cut = carryOut(sim, wanted, made, { ...rules, limit: Math.floor(share * made.actions.length) });
        const resumed = converge(cut, wanted, rules);
        expectSame(resumed, whole.sim);
      }),
      settings,
    );
  });

  it('converges to the same world when actions fail before or after their effect', { timeout }, () => {
    fc.assert(
      fc.property(
        transition({ bad: true }),
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }),
        ({ from, to }, dice) => {
          const sim = start(from);
          const wanted = desiredOf(to, 2);
          const rules = rulesFor(wanted);
          const whole = converge(sim, wanted, rules);
          if (whole.plan.waiting.length > 0 || whole.plan.actions.length > 0) return;
          let thrown = 0;
          const fails = () => [undefined, 'before', 'after'][dice[thrown++] ?? 0] as 'before' | 'after' | undefined;
          const end = converge(sim, wanted, { ...rules, turns: 100, fails });
          expectSame(end, whole.sim);
        },
      ),
      settings,
    );
  });

  it('keeps the good version alive when a replacement never gets ready', { timeout }, () => {
    fc.assert(
      fc.property(transition({ bad: true }), ({ from, to }) => {
        const wanted = desiredOf(to, 2);
        const end = converge(start(from), wanted, rulesFor(wanted));
        const stuck = end.plan.waiting.length > 0;
        for (const hold of end.plan.held.filter((h) => h.code === 'KnownBad')) {
          const up = Object.values(end.sim.observed.resources).filter(
            (r) => r.kind === 'container' && r.slot === hold.slots[0] && r.health === 'healthy',
          );
          expect(up.length === 1 || stuck).toBe(true);
          if (!stuck) expect(hold.keys.filter((key) => end.sim.observed.resources[key] !== undefined)).toEqual([]);
        }
      }),
      settings,
    );
  });

  it('leaves every slot served that was, wherever the change is cut, unless one that is well has its port or one it is now to start after is not', {
    timeout,
  }, () => {
    fc.assert(
      fc.property(transition({ bad: true }), fc.double({ min: 0, max: 1, noNaN: true }), ({ from, to }, share) => {
        const sim = start(from);
        const wanted = desiredOf(to, 2);
        const rules = rulesFor(wanted);
        const made = planOn(sim, wanted);
        const cut = carryOut(sim, wanted, made, { ...rules, limit: Math.floor(share * made.actions.length) });
        const end = converge(cut, wanted, rules);
        const served = wellIn(end.sim);
        const wants = Object.values(wanted.resources).filter((r) => r.kind === 'container' && r.active !== false);
        const isFree = (r: Resource) =>
          r.references.every((ref) => !('slot' in ref) || served.has(ref.slot)) &&
          wants.every((other) => (other.stage ?? 0) >= (r.stage ?? 0) || served.has(other.slot));
        const still = wants.filter(isFree);
        for (const slot of new Set(still.map((r) => r.slot).filter((one) => wellIn(sim).has(one)))) {
          if (served.has(slot)) continue;
          const waits = end.plan.waiting.filter((wait) => wait.slot === slot);
          expect(waits.map(({ code, on }) => ({ code, well: served.has(on ?? '') }))).toContainEqual({
            code: 'ClaimConflict',
            well: true,
          });
        }
      }),
      settings,
    );
  });

  it('never sends a request to what is down, and keeps a start-first slot up throughout', { timeout }, () => {
    fc.assert(
      fc.property(transition({ bad: true }), ({ from, to }) => {
        const sim = start(from);
        const wanted = desiredOf(to, 2);
        const made = planOn(sim, wanted);
        const kept = made.changes
          .filter((change) => change.strategy?.mode === 'start-first')
          .map((change) => change.slot);
        carryOut(sim, wanted, made, {
          ...rulesFor(wanted),
          watch: (now, action) => {
            const dead = deadEnds(now.observed);
            if (dead.length > 0) throw new Error(`after ${action.id}: ${dead.join('; ')}`);
            for (const slot of kept) {
              const up = Object.values(now.observed.resources).some(
                (r) => r.kind === 'container' && r.slot === slot && r.health === 'healthy',
              );
              if (!up) throw new Error(`${slot} is down after ${action.id}`);
            }
          },
        });
      }),
      settings,
    );
  });

  it('puts back every drift', { timeout }, () => {
    fc.assert(
      fc.property(transition(), someDrift, ({ from }, drifts) => {
        const sim = start(from);
        const wanted = desiredOf(from);
        let { observed } = sim;
        for (const one of drifts) observed = drift(observed, one.what, one.pick);
        const drifted = { ...sim, observed };
        cleanPlan(drifted, wanted);
        const end = converge(drifted, wanted, rulesFor(wanted));
        expect(end.plan.actions).toEqual([]);
        expect(end.plan.waiting).toEqual([]);
        expect(face(end.sim)).toBe(face(sim));
      }),
      settings,
    );
  });

  it('brings everything up in stage order after a reboot', { timeout }, () => {
    fc.assert(
      fc.property(transition(), ({ from }) => {
        const wanted = desiredOf(from);
        const sim = reboot(start(from));
        const made = cleanPlan(sim, wanted);
        const lower = (stage: number) =>
          made.actions.filter((a) => a.verb === 'await' && (a.stage ?? 9) < stage).map((a) => a.id);
        const passed = new Set<string>();
        for (const action of made.actions) {
          if (action.verb === 'start') for (const gate of lower(action.stage ?? 0)) expect(passed).toContain(gate);
          if (action.verb === 'await') passed.add(action.id);
        }
        const end = converge(sim, wanted, rulesFor(wanted));
        expect(end.plan.actions).toEqual([]);
        expect(end.plan.waiting).toEqual([]);
      }),
      settings,
    );
  });

  it('boots into its last good versions after a reboot, whatever the bad commit changed in order and stages', {
    timeout,
  }, () => {
    fc.assert(
      fc.property(transition({ bad: true }), ({ from, to }) => {
        const wanted = desiredOf(to, 2);
        const rules = rulesFor(wanted);
        const before = converge(start(from), wanted, rules);
        const sim = reboot(before.sim);
        cleanPlan(sim, wanted);
        const end = converge(sim, wanted, rules);
        if (before.plan.waiting.length > 0 || before.plan.actions.length > 0) return;
        expect(end.plan.actions).toEqual([]);
        expect(face(end.sim)).toBe(face(before.sim));
      }),
      settings,
    );
  });

  it('never removes what is foreign, and removes nothing while it is blind', { timeout }, () => {
    fc.assert(
      fc.property(transition(), fc.constantFrom('container', 'route', 'image', 'network'), ({ from, to }, kind) => {
        const sim = start(from);
        const wanted = desiredOf(to, 2);
        const entries = Object.entries(sim.observed.resources);
        const resources = Object.fromEntries(
          entries.map(([key, r], i) => [key, i % 5 === 0 ? { ...r, owner: 'foreign' as const } : r]),
        );
        const mixed = cleanPlan({ ...sim, observed: { ...sim.observed, resources } }, wanted);
        const removed = mixed.actions
          .filter((a) => a.verb === 'delete' || a.verb === 'stop')
          .map((a) => resources[a.key]?.owner);
        expect(removed).not.toContain('foreign');

        const seen = Object.fromEntries(entries.filter(([, r]) => r.kind !== kind));
        const blind = { [kind]: { code: 'TEST', message: 'made blind' } };
        const unsure = cleanPlan({ ...sim, observed: { ...sim.observed, resources: seen, blind } }, wanted);
        expect(unsure.actions.filter((a) => a.phase === 'retire' && a.verb === 'delete')).toEqual([]);
        expect(unsure.actions.filter((a) => a.kind === kind)).toEqual([]);
      }),
      settings,
    );
  });

  it('holds what would remove too much, and all that depends on it', { timeout }, () => {
    fc.assert(
      fc.property(transition(), ({ from, to }) => {
        const sim = start(from);
        const wanted: Desired = { ...desiredOf(to, 2), allows: [] };
        const made = cleanPlan(sim, wanted);
        const present = new Set(entriesOf(sim).flatMap((r) => r.services));
        const losing = new Set(
          made.actions.filter((a) => a.kind === 'container' && a.risk === 'destructive').flatMap((a) => a.services),
        );
        expect(losing.size <= 1 || losing.size / present.size <= 0.25).toBe(true);
        const undeclared = [...losing].filter((service) => wanted.services[service] === undefined);
        expect(undeclared.length === present.size && present.size > 0).toBe(false);
      }),
      settings,
    );
  });
});

/** Slots with a container that runs and is well. */
function wellIn({ observed }: Sim): ReadonlySet<string> {
  const well = Object.values(observed.resources).filter((r) => r.kind === 'container' && r.health === 'healthy');
  return new Set(well.map((r) => r.slot));
}

function entriesOf(sim: Sim) {
  return Object.values(sim.observed.resources).filter((r) => r.kind === 'container');
}

function shuffle<T>(record: Readonly<Record<string, T>>, dice: readonly number[]): Record<string, T> {
  const ranked = Object.entries(record).map(([key, value], i) => ({ key, value, rank: dice[i % dice.length] ?? 0 }));
  return Object.fromEntries(ranked.sort((a, b) => a.rank - b.rank).map(({ key, value }) => [key, value]));
}
