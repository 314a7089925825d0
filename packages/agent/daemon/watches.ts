import type { NodeConfig } from '../config/model.ts';
import { problemOf } from './problem.ts';
import type { Rearm, TriggerContext } from './trigger.ts';
import { watchAddresses } from './triggers/addresses.ts';
import { Asked } from './triggers/asked.ts';
import { watchContainers } from './triggers/containers.ts';
import { watchSource } from './triggers/source.ts';

export type WatchesParts = Omit<TriggerContext, 'config' | 'signal'>;

/** Everything outside that wakes the agent: podman's exit files and events, the source, addresses. */
export class Watches {
  readonly #parts: WatchesParts;
  readonly #asked = new Asked();
  #end = new AbortController();
  #rearms: readonly Rearm[] = [];

  constructor(parts: WatchesParts) {
    this.#parts = parts;
  }

  /** Watches what this configuration names, and nothing of an earlier one. What cannot be watched is told; the others are. */
  async watch(config: NodeConfig): Promise<void> {
    this.end();
    this.#end = new AbortController();
    const cx: TriggerContext = { ...this.#parts, config, signal: this.#end.signal };
    const [containers, source] = await Promise.all([
      this.#try(cx, 'podman-events', watchContainers),
      this.#try(cx, 'source-watch', () => watchSource(cx, this.#asked)),
    ]);
    this.#rearms = [containers, source, watchAddresses(cx)];
  }

  /** Somebody outside says that the source moved: it is looked at soon, however often that is said. */
  askSource(): void {
    this.#asked.ask();
  }

  /** After each look: what was lost meanwhile is watched again. */
  rearm(): void {
    for (const { rearm } of this.#rearms) rearm();
  }

  end(): void {
    this.#end.abort();
  }

  async #try(cx: TriggerContext, name: string, open: (cx: TriggerContext) => Promise<Rearm>): Promise<Rearm> {
    try {
      return await open(cx);
    } catch (error) {
      cx.problem(name, problemOf(error));
      return { rearm: () => undefined };
    }
  }
}
