import { type Edit, edits, foreignText, type Pick } from './edits.fixture.ts';
import type { EditsWorld } from './edits-world.fixture.ts';

export interface EditsRun {
  readonly seed: number;
  readonly edits: number;
  /** Edits to leave out at the front: the same ones follow as in the whole run. */
  readonly from?: number;
  readonly say: (line: string) => void;
}

/** Numerical Recipes' linear congruential generator: the same seed is the same run, on every machine. */
export function picker(seed: number): Pick {
  let state = seed >>> 0;
  return (items) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const item = items[Math.floor((state / 2 ** 32) * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
}

/**
 * Edits at random, one after the other: each is noticed by the next look, and either put back or told and left alone. @returns
 * how many were repaired and how many reported @throws at the first one that was neither
 */
export async function runEdits(world: EditsWorld, run: EditsRun): Promise<{ repaired: number; reported: number }> {
  const pick = picker(run.seed);
  const ends = { repaired: 0, reported: 0 };
  for (let at = 0; at < run.edits; at++) {
    const edit = pick(edits);
    const seed = pick(Array.from({ length: 65_536 }, (_, i) => i));
    if (at < (run.from ?? 0)) continue;
    const startedAt = performance.now();
    try {
      await one(world, edit, picker(seed));
    } catch (error) {
      throw new Error(`seed ${run.seed}, edit ${at} "${edit.name}": ${String(error)}`, { cause: error });
    }
    ends[edit.end]++;
    run.say(`${at} ${edit.end} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${edit.name}`);
  }
  return ends;
}

async function one(world: EditsWorld, edit: Edit, pick: Pick): Promise<void> {
  const { home } = world;
  const undo = await edit.make(world, pick);
  const seen = await home.plan();
  const wanted = edit.end === 'repaired' ? 2 : 3;
  if (seen.exit !== wanted) throw new Error(`the look after it ended with ${seen.exit}, not ${wanted}`);
  if (edit.end === 'reported') {
    const told = seen.waiting.map(({ code }) => code).join();
    if (told !== 'NameConflict') throw new Error(`told as ${told}`);
    const before = [await foreignText(world), await world.knot.serial()].join();
    await home.apply(3);
    if ([await foreignText(world), await world.knot.serial()].join() !== before) throw new Error('it was touched');
    await undo?.();
  }
  await home.apply(0);
  await settle(world);
  const after = await home.plan();
  if (after.exit !== 0) throw new Error(`the look after the repair ended with ${after.exit}`);
}

/** A DNS server reads a file in a moment of its own. */
async function settle(world: EditsWorld): Promise<void> {
  const until = performance.now() + 5000;
  for (;;) {
    const troubles = await world.troubles();
    if (troubles.length === 0) return;
    if (performance.now() > until) throw new Error(`still wrong: ${troubles.join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Passes over a node where nothing happens: none may write, reload, or move a serial. @throws at the first that does */
export async function runQuiet(world: EditsWorld, passes: number): Promise<void> {
  await world.home.apply(0);
  const before = await world.stamp();
  for (let pass = 0; pass < passes; pass++) await world.home.apply(0);
  const after = await world.stamp();
  if (after !== before) throw new Error(`quiet passes wrote:\n${before}\nbecame\n${after}`);
}
