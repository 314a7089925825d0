import { type ChangeName, changeNames, changes } from './changes.ts';
import type { GroundName, Point } from './points.ts';
import type { World } from './world.ts';

/** One run, wholly told by its seed and the points it was chosen from. */
export interface Run {
  readonly seed: number;
  readonly point: Point;
  /** `RECONCILE_FAILPOINT` of each pass that is to end early, in their order. */
  readonly rules: readonly string[];
  readonly changes: readonly ChangeName[];
}

/** Points take turns, so that each comes as often as every other whatever the number of runs. */
export function runOf(seed: number, points: readonly Point[], ground: GroundName): Run {
  const point = points[seed % points.length];
  if (point === undefined) throw new Error('no point of that name');
  const pick = picker(seed);
  const able = point.changes.filter((name) => name !== 'first' || ground === 'fake');
  const change = pick(able);
  const more = changeNames.filter((name) => fitsTo(name, change));
  const second = more.length > 0 && pick([0, 0, 0, 1]) === 1 ? [pick(more)] : [];
  // From nothing most of them come several times.
  const nth = change === 'first' ? pick([1, 1, 2]) : 1;
  const again =
    pick([0, 0, 0, 1]) === 1 ? [`${pick(['before', 'after', 'recorded'])}:kill::${pick([1, 2, 3, 5, 8])}`] : [];
  return {
    seed,
    point,
    rules: [`${point.place}:kill:${point.boundary}:${nth}`, ...again],
    changes: [change, ...second],
  };
}

/** A second change is about something else, and asks for no other world to begin with: that would cost a pass or two. */
function fitsTo(name: ChangeName, first: ChangeName): boolean {
  const { about } = changes[first];
  const { about: other, via } = changes[name];
  return via === undefined && about !== 'all' && !['all', 'extra', about].includes(other);
}

/** The world a run begins with and the one it leads to, of what there is. */
export function worldsOf(run: Run, now: World): { readonly from: World; readonly to: World } {
  const from = run.changes.reduce((world, name) => changes[name].from(world), now);
  return { from, to: run.changes.reduce((world, name) => changes[name].to(world), from) };
}

type Pick = <T>(items: readonly T[]) => T;

/** mulberry32, whole numbers from 0 to below a bound: neighbouring seeds give unlike runs, the same ones on every machine. */
export function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) % below;
  };
}

export function picker(seed: number): Pick {
  const number = numbers(seed);
  return (items) => {
    const item = items[number(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
}
