import type { Instant } from '../model/json.ts';

/** Whose clock is on the wall: people read their own, tests read UTC. */
export type Zone = 'local' | 'utc';

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly time: string;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number) => String(n).padStart(2, '0');

function partsOf(at: Instant, zone: Zone): Parts {
  const date = new Date(at);
  if (zone === 'utc') {
    const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
    return { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate(), time };
  }
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return { year: date.getFullYear(), month: date.getMonth(), day: date.getDate(), time };
}

/** As short as it still says when: `03:12` today, `Nov 17` this year, `2024-11-17` before that. */
export function momentText(at: Instant, now: Instant, zone: Zone): string {
  const then = partsOf(at, zone);
  const today = partsOf(now, zone);
  if (then.year !== today.year) return `${then.year}-${two(then.month + 1)}-${two(then.day)}`;
  if (then.month !== today.month || then.day !== today.day) return `${months[then.month] ?? ''} ${then.day}`;
  return then.time.slice(0, 5);
}

/** For lists: `2025-11-17 03:12:04`. */
export function fullTime(at: Instant, zone: Zone): string {
  const { year, month, day, time } = partsOf(at, zone);
  return `${year}-${two(month + 1)}-${two(day)} ${time}`;
}
