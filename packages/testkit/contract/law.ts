import {
  type Action,
  type ApplyContext,
  canonicalJson,
  type Driver,
  isFleetError,
  type KindDefinition,
  type ObserveContext,
  type ObservedResource,
} from '@reconcile/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** A place where one driver can be tried: a fake, or a real server. `R` is the reading host, `H` the whole one. */
export interface LawWorld<R, H extends R> {
  readonly driver: Driver<R, H>;
  /** Definitions of the kinds that the driver serves. */
  readonly kinds: readonly KindDefinition[];
  /** A life of the kinds from nothing to nothing, in an order that a plan would allow. */
  readonly script: readonly Action[];
  /** Over a host that refuses to write, where there is one. */
  observing(): ObserveContext<R>;
  applying(signal: AbortSignal): ApplyContext<H>;
  /** Everything an observer could have changed, as text: files, runtime state. */
  fingerprint(): Promise<string>;
  /** The facts the kind compares; absent: all that the pure half can know. */
  compared?(resource: ObservedResource): unknown;
  /** Actions that must be refused, with the code each is refused with. */
  readonly refused?: readonly { readonly action: Action; readonly code: string }[];
  /** Something that is not ours; `left` says whether it is still as it was. */
  readonly foreign?: { place(): Promise<void>; left(): Promise<boolean> };
  close(): Promise<void>;
}

/** What `effect` can foretell: hashes and schema versions are the driver's own record. */
function foretold(resource: ObservedResource): unknown {
  const { key, kind, slot, services, owner, spec, state, health, references, claims } = resource;
  return { key, kind, slot, services, owner, spec, state, health, references, claims };
}

/**
 * The law between the two contracts (specs/0019-two-contracts.md), for any driver: observe() after apply(a) equals
 * effect(a) on observe() before; looking changes nothing; twice is once; a stopped apply is resumed; others are left alone.
 */
export function describeLaw<R, H extends R>(name: string, makeWorld: () => Promise<LawWorld<R, H>>): void {
  describe(`law: ${name}`, () => {
    let world: LawWorld<R, H>;
    beforeAll(async () => {
      world = await makeWorld();
      await world.foreign?.place();
    });
    afterAll(async () => {
      await world.close();
    });

    test('observe after apply is the effect on observe before; twice is once; the others stay', async () => {
      for (const action of world.script) {
        const before = await look(world);
        await world.driver.apply(world.applying(never()), action);
        const after = await look(world);
        expectEffect(world, { action, before, after });
        await world.driver.apply(world.applying(never()), action);
        expect(shown(world, await look(world)), `${action.id} twice`).toEqual(shown(world, after));
      }
    });

    test('looking changes nothing', async () => {
      for (const action of world.script) {
        await world.driver.apply(world.applying(never()), action);
        const before = await world.fingerprint();
        const first = shown(world, await look(world));
        expect(shown(world, await look(world))).toEqual(first);
        expect(await world.fingerprint(), `after ${action.id}`).toBe(before);
      }
    });

    test('stopped anywhere and done again is done', async () => {
      for (const [at, action] of world.script.entries()) {
        const before = await look(world);
        const stop = new AbortController();
        const first = world.driver.apply(world.applying(stop.signal), action).then(
          () => undefined,
          (error: unknown) => error,
        );
        // A different moment for each action: at once, after a turn of the event loop, after two …
        for (let turn = 0; turn < at % 4; turn++) await new Promise(setImmediate);
        stop.abort();
        const error = await first;
        if (error !== undefined) expect(isFleetError(error), String(error)).toBe(true);
        await world.driver.apply(world.applying(never()), action);
        expectEffect(world, { action, before, after: await look(world) });
      }
    });

    test('what cannot be done is refused with a code and changes nothing', async () => {
      for (const { action, code } of world.refused ?? []) {
        const before = shown(world, await look(world));
        const error = await world.driver.apply(world.applying(never()), action).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(isFleetError(error) ? error.code : error, action.id).toBe(code);
        expect(shown(world, await look(world)), action.id).toEqual(before);
      }
    });

    test('what is not ours is left alone', async () => {
      if (world.foreign !== undefined) expect(await world.foreign.left()).toBe(true);
    });
  });
}

function never(): AbortSignal {
  return new AbortController().signal;
}

type Seen = ReadonlyMap<string, ObservedResource>;

async function look<R, H extends R>(world: LawWorld<R, H>): Promise<Seen> {
  const { resources } = await world.driver.observe(world.observing());
  return new Map(resources.map((resource) => [resource.key, resource]));
}

function factsOf<R, H extends R>(world: LawWorld<R, H>, resource: ObservedResource): unknown {
  return JSON.parse(canonicalJson((world.compared?.(resource) ?? foretold(resource)) as never));
}

function shown<R, H extends R>(world: LawWorld<R, H>, seen: Seen): Record<string, unknown> {
  return Object.fromEntries([...seen].map(([key, resource]) => [key, factsOf(world, resource)]));
}

function expectEffect<R, H extends R>(
  world: LawWorld<R, H>,
  step: { action: Action; before: Seen; after: Seen },
): void {
  const { action, before, after } = step;
  const kind = world.kinds.find((definition) => definition.kind === action.kind);
  if (kind === undefined) throw new Error(`no definition of kind ${action.kind}`);
  const observed = { node: '', at: 0, bootId: '', resources: Object.fromEntries(before), blind: {}, busy: [] };
  const left = kind.effect(action, before.get(action.key), observed);
  const wanted = shown(world, before);
  if (left === 'gone') delete wanted[action.key];
  else wanted[action.key] = factsOf(world, left);
  expect(shown(world, after), `after ${action.id}`).toEqual(wanted);
}
