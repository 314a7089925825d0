import { fail } from './errors.ts';

/** Where in an action's life a test may stop us. */
export type FailpointPlace = 'before' | 'after' | 'recorded';

/**
 * Stops at action boundaries, for crash tests. Inert unless `RECONCILE_FAILPOINT=<place>:<kill|error>[:<id part>][:<n-th time>]`
 * was given when the process started: `after:kill:container/web:1`.
 */
export class Failpoint {
  readonly #place: string;
  readonly #what: string;
  readonly #part: string;
  #left: number;

  constructor(rule: string | undefined) {
    const [place = '', what = '', part = '', times = '1'] = (rule ?? '').split(':');
    this.#place = place;
    this.#what = what;
    this.#part = part;
    this.#left = Number(times);
  }

  /** @throws FAILPOINT_REACHED when the rule says `error`; does not return when it says `kill`. */
  reach(place: FailpointPlace, actionId: string): void {
    if (this.#place !== place || !actionId.includes(this.#part)) return;
    this.#left--;
    if (this.#left !== 0) return;
    if (this.#what === 'kill') process.kill(process.pid, 'SIGKILL');
    throw fail('FAILPOINT_REACHED', { message: `failpoint ${place} ${actionId}`, key: actionId });
  }
}
