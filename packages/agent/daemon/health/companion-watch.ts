import type { ContainerState } from '@reconcile/core/kinds/container';
import type { Companions } from '@reconcile/drivers/podman/hints';
import type { Host } from '@reconcile/host';
import type { Problem } from '../../service/state.ts';
import type { LastLook } from '../last-look.ts';
import { problemOf } from '../problem.ts';

/** How often it is asked whether all of them still live, ms. */
const everyMs = 2_000;

export interface CompanionWatchParts {
  readonly host: Host;
  /** Something about this container (runtime id) is worth a look. */
  hintContainer(id: string): void;
  /** This container needs a restart, whatever its probe says. */
  lost(id: string, message: string): Promise<void>;
  problem(name: string, problem: Problem | undefined): void;
}

/** Notices the end of what rootless containers need beside their own process: podman goes on calling them `Up`. */
export class CompanionWatch {
  readonly #parts: CompanionWatchParts;
  readonly #end = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #companions: Companions | undefined;
  /** One at a time: what is known does not change under a look around. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: CompanionWatchParts) {
    this.#parts = parts;
  }

  /** After every look: these are watched from now on. */
  looked(look: LastLook): void {
    const running = runningOurs(look);
    void this.#next((companions) => companions.know(running));
    if (this.#timer === undefined) this.#plan();
  }

  /** Resolves once nothing of it is under way. */
  stop(): Promise<void> {
    this.#end.abort();
    clearTimeout(this.#timer);
    return this.#turn;
  }

  /** The next look around begins after this one, however long podman took for it. */
  #plan(): void {
    if (this.#end.signal.aborted) return;
    const around = () => this.#next((companions) => this.#lookAround(companions));
    this.#timer = setTimeout(() => void around().then(() => this.#plan()), everyMs);
    this.#timer.unref();
  }

  #next(turn: (companions: Companions) => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      if (this.#end.signal.aborted) return;
      try {
        await turn(await this.#all());
        this.#parts.problem('companions', undefined);
      } catch (error) {
        if (!this.#end.signal.aborted) this.#parts.problem('companions', problemOf(error));
      }
    });
    return this.#turn;
  }

  async #all(): Promise<Companions> {
    if (this.#companions === undefined) {
      const hints = await import('@reconcile/drivers/podman/hints');
      this.#companions = new hints.Companions(this.#parts.host);
    }
    return this.#companions;
  }

  async #lookAround(companions: Companions): Promise<void> {
    for (const { id, message, what } of await companions.lost(this.#end.signal)) {
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
