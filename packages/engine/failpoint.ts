import { fail } from './errors.ts';

/** Where in the life of an action, or of a step of a pass, a test may stop us. */
export type FailpointPlace = 'before' | 'after' | 'recorded';

/** Steps of a pass that are no actions, as a point names them (specs/0052). */
export type PassStep = 'source' | 'prepare' | 'intents' | 'finish';

/** What names the step of a pass to `Failpoint.reach`, as an action's id names the action. */
export const passStep = (step: PassStep): string => `pass#${step}`;

/** `container/web-1a2b3c4d#await.2` → `container.await`: the kind of boundary, whatever it is about. */
export function failpointOf(id: string): string {
  const kind = id.slice(0, id.search(/[/#]/));
  const verb = id.slice(id.lastIndexOf('#') + 1).replace(/\.\d+$/, '');
  return `${kind}.${verb}`;
}

/**
 * Stops at boundaries of actions and of a pass, for crash tests. Inert unless `RECONCILE_FAILPOINT=<place>:<kill|error>[:<what>][:<n-th
 * time>]` was given when the process started. What: a point (`container.create`), or a part of an action's id (`container/web`).
 */
export class Failpoint {
  readonly #place: string;
  readonly #how: string;
  readonly #what: string;
  readonly #end: () => void;
  #left: number;

  /** @param end How a `kill` ends us; a bench that runs in one process with what it harms has its own. */
  constructor(rule: string | undefined, end: () => void = () => void process.kill(process.pid, 'SIGKILL')) {
    const [place = '', how = '', what = '', times = '1'] = (rule ?? '').split(':');
    this.#place = place;
    this.#how = how;
    this.#what = what;
    this.#end = end;
    this.#left = Number(times);
  }

  /** @throws FAILPOINT_REACHED when the rule says `error`; does not return when it says `kill`. */
  reach(place: FailpointPlace, id: string): void {
    if (this.#place !== place || !(failpointOf(id) === this.#what || id.includes(this.#what))) return;
    this.#left--;
    if (this.#left !== 0) return;
    if (this.#how === 'kill') this.#end();
    throw fail('FAILPOINT_REACHED', { message: `failpoint ${place} ${id}`, key: id });
  }
}
