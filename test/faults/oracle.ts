import type { Seen, SeenContainer } from './seen.ts';

// What must hold after every fault (V1-V5): nothing lost, nothing twice, nothing left over, nothing restarted without need, data
// as it was. It knows what was wanted and what was there, never what the program thinks of it.

export type ViolationKind = 'failed' | 'slow' | 'lost' | 'duplicate' | 'orphan' | 'restarted' | 'data' | 'forgotten';

export interface Violation {
  readonly kind: ViolationKind;
  readonly message: string;
}

export interface Expected {
  /** Slot → version that should run. */
  readonly slots: Readonly<Record<string, string>>;
  readonly things: readonly string[];
  readonly commit: string;
  /** Slots whose process had to become another one. */
  readonly renewed: ReadonlySet<string>;
}

export interface Course {
  /** Before the change. */
  readonly before: Seen;
  /** After each fault, in their order. */
  readonly crashed: readonly Seen[];
  /** Once passes were quiet again. */
  readonly after: Seen;
  /** Passes without a fault until nothing was left to do. */
  readonly passes: number;
  /** What a pass said of its own failure. */
  readonly failures: readonly string[];
}

const mostPasses = 2;

/** Everything that broke; []: all held. */
export function judge(expected: Expected, course: Course): Violation[] {
  return [
    ...course.failures.map((message): Violation => ({ kind: 'failed', message })),
    ...(course.passes > mostPasses
      ? [{ kind: 'slow', message: `${course.passes} passes until nothing was left to do` } as const]
      : []),
    ...slots(expected, course.after),
    ...things(expected, course.after),
    ...restarts(expected, course),
    ...data(course),
    ...(course.after.commit === expected.commit
      ? []
      : [
          {
            kind: 'forgotten',
            message: `the registry goes on with ${course.after.commit}, not ${expected.commit}`,
          } as const,
        ]),
  ];
}

function slots({ slots: wanted }: Expected, after: Seen): Violation[] {
  const lost = Object.entries(wanted).flatMap(([slot, version]): Violation[] => {
    const there = after.containers.filter((one) => one.slot === slot);
    const runs = there.filter((one) => one.isRunning);
    if (there.length > 1) {
      return [{ kind: 'duplicate', message: `${slot} has ${there.map(({ name }) => name).join(' and ')}` }];
    }
    if (runs.length === 0) return [{ kind: 'lost', message: `${slot} does not run` }];
    const other = runs.find((one) => one.version !== version);
    return other === undefined ? [] : [{ kind: 'lost', message: `${slot} is ${other.version}, not ${version}` }];
  });
  const orphans = after.containers
    .filter(({ slot }) => wanted[slot] === undefined)
    .map(({ name, slot }): Violation => ({ kind: 'orphan', message: `container ${name} of ${slot || 'nobody'}` }));
  const leftovers = after.leftovers.map((name): Violation => ({ kind: 'orphan', message: `${name} left in storage` }));
  return [...lost, ...orphans, ...leftovers];
}

function things({ things: wanted }: Expected, after: Seen): Violation[] {
  const lost = wanted.filter((thing) => !after.things.includes(thing));
  const orphans = after.things.filter((thing) => !wanted.includes(thing));
  const twice = after.things.filter((thing, at) => after.things.indexOf(thing) !== at);
  return [
    ...lost.map((message): Violation => ({ kind: 'lost', message })),
    ...orphans.map((message): Violation => ({ kind: 'orphan', message })),
    ...twice.map((message): Violation => ({ kind: 'duplicate', message })),
  ];
}

/**
 * What the change was not about has the process it had. What a fault left running as it should be, in a container that was not
 * there before, is not started a second time. Not so one that is started again in place: until that is on record nobody knows
 * whether the process that runs is the one before or the one after, so it may be started twice (specs/faults.md).
 */
function restarts({ renewed, slots: wanted }: Expected, { after, before, crashed }: Course): Violation[] {
  const still = before.containers.filter(({ slot }) => wanted[slot] !== undefined && !renewed.has(slot));
  const had = new Set(before.containers.map(({ id }) => id));
  const done = crashed.flatMap(({ containers }) =>
    containers.filter(
      (one) => one.isRunning && renewed.has(one.slot) && one.version === wanted[one.slot] && !had.has(one.id),
    ),
  );
  const is = new Set(after.containers.map(identity));
  return [...still, ...done]
    .filter((one) => !is.has(identity(one)))
    .map(({ name, slot }) => ({ kind: 'restarted', message: `${slot} (${name}) has another process` }));
}

const identity = ({ id, process }: SeenContainer) => `${id} ${process}`;

function data({ after, before }: Course): Violation[] {
  return Object.entries(before.data)
    .filter(([name, digest]) => after.data[name] !== digest)
    .map(([name]) => ({
      kind: 'data',
      message: `${name} ${after.data[name] === undefined ? 'is gone' : 'has changed'}`,
    }));
}
