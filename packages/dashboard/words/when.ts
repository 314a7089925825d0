import { duration, momentText, shortDuration } from '@reconcile/core/render';

/** `12 s ago`, `just now`. */
export function ago(at: number, now: number): string {
  const ms = now - at;
  return ms < 1500 ? 'just now' : `${duration(ms)} ago`;
}

/** `3d`: for columns. */
export function span(ms: number): string {
  return shortDuration(Math.max(0, ms));
}

/** `in 31 d`, `3 d ago`. */
export function until(at: number, now: number): string {
  return at >= now ? `in ${duration(at - now)}` : `${duration(now - at)} ago`;
}

export function moment(at: number, now: number): string {
  return momentText(at, now, 'local');
}

/** For titles: the whole of it. */
export function fullMoment(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}
