import type { Passenger } from './script.ts';

/**
 * Each after those of the same stage that it comes after; otherwise in the order given. Replicas are meant by their
 * component. A circle, which no definition can have, would be left as it came.
 */
export function inOrder(passengers: readonly Passenger[]): Passenger[] {
  const known = passengers.map((one) => ({
    ...one,
    after: passengers.flatMap(({ slot }) =>
      one.after.some((wanted) => isOf(slot, wanted)) && slot !== one.slot ? [slot] : [],
    ),
  }));
  const done: Passenger[] = [];
  const left = [...known];
  while (left.length > 0) {
    const at = left.findIndex(({ after }) => after.every((slot) => done.some((one) => one.slot === slot)));
    done.push(...left.splice(Math.max(0, at), 1));
  }
  return done;
}

function isOf(slot: string, wanted: string): boolean {
  return slot === wanted || slot.startsWith(`${wanted}/`);
}
