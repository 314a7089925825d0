import type { ContainerState } from '@reconcile/core/kinds/container';
import type { Helpers } from '@reconcile/drivers/podman/hints';
import type { Host } from '@reconcile/host';
import type { Problem } from '../../service/state.ts';
import type { LastLook } from '../last-look.ts';
import { problemOf } from '../problem.ts';

/** How often it is asked whether all of them still live, ms. */
const everyMs = 2_000;

export interface HelperWatchParts {
  readonly host: Host;
  /** Something about this container (runtime id) is worth a look. */
  hintContainer(id: string): void;
  /** This container needs a restart, whatever its probe says. */
  lost(id: string, message: string): Promise<void>;
  problem(name: string, problem: Problem | undefined): void;
}

/** Notices the end of what rootless containers need beside their own process: podman goes on calling them `Up`. */
export class HelperWatch {
  readonly #parts: HelperWatchParts;
  readonly #timer: NodeJS.Timeout;
  #helpers: Helpers | undefined;
  #isEnded = false;
  /** One at a time: what is known does not change under a look around. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: HelperWatchParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#next((helpers) => this.#lookAround(helpers)), everyMs);
    this.#timer.unref();
  }

  /** After every look: these are watched from now on. */
  looked(look: LastLook): void {
    const running = runningOurs(look);
    this.#next((helpers) => helpers.know(running));
  }

  /** Resolves once nothing of it is under way. */
  stop(): Promise<void> {
    this.#isEnded = true;
    clearInterval(this.#timer);
    return this.#turn;
  }

  #next(turn: (helpers: Helpers) => Promise<void>): void {
    this.#turn = this.#turn.then(async () => {
      if (this.#isEnded) return;
      try {
        await turn(await this.#all());
        this.#parts.problem('helpers', undefined);
      } catch (error) {
        this.#parts.problem('helpers', problemOf(error));
      }
    });
  }

  async #all(): Promise<Helpers> {
    if (this.#helpers === undefined) {
      const hints = await import('@reconcile/drivers/podman/hints');
      this.#helpers = new hints.Helpers(this.#parts.host);
    }
    return this.#helpers;
  }

  async #lookAround(helpers: Helpers): Promise<void> {
    for (const { id, message, what } of await helpers.lost()) {
      // Without a monitor a look finds the truth: nobody would see its process end.
      if (what === 'monitor') this.#parts.hintContainer(id);
      else await this.#parts.lost(id, message);
    }
  }
}

function runningOurs({ seen }: LastLook) {
  return Object.values(seen.observed.resources).flatMap(({ kind, owner, state }) => {
    if (kind !== 'container' || owner !== 'managed') return [];
    const { alive, id, networks, phase, pid } = state as unknown as ContainerState;
    return alive && phase === 'running' ? [{ id, pid, networks }] : [];
  });
}
