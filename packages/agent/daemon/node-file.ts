import type { Event, Instant } from '@reconcile/core';
import type { NodeConfig } from '../config/model.ts';
import { type Turn, together } from '../listening/index.ts';
import type { Problem } from '../service/state.ts';
import { problemOf } from './problem.ts';

/** The agent's part of it. */
export interface Follower {
  readonly config: NodeConfig;
  /** @throws AGENT_RELOAD */
  insistSame(config: NodeConfig): void;
  reload(config: NodeConfig): Promise<void>;
  problem(name: string, problem: Problem | undefined): void;
  /** Writes it down, and tells whoever watches. */
  tell(event: Event): Promise<void>;
  readonly now: () => Instant;
}

/** What listens by node.toml. @throws what keeps it from listening: then all is as it was */
export type Prepare = (config: NodeConfig) => Promise<Turn>;

const problemName = 'node.toml';

/**
 * node.toml, read again (SIGHUP, `Reload`): all of it counts from then on, or nothing does, and an event says which. One after another,
 * whoever asks.
 */
export class NodeFile {
  readonly #of: Follower;
  readonly #read: () => Promise<NodeConfig>;
  readonly #listening: Prepare[] = [];
  #last: Promise<void> = Promise.resolve();
  #isRefused = false;

  constructor(of: Follower, read: () => Promise<NodeConfig>) {
    this.#of = of;
    this.#read = read;
  }

  /** One more that listens by it. */
  add(prepare: Prepare): void {
    this.#listening.push(prepare);
  }

  /** @throws CONFIG_* AGENT_RELOAD LISTEN_FAILED RPC_*: what was in force stays */
  reload(): Promise<void> {
    const mine = this.#last.then(() => this.#reload());
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #reload(): Promise<void> {
    const of = this.#of;
    const before = JSON.stringify(of.config);
    try {
      await this.#take(await this.#read());
    } catch (error) {
      const problem = problemOf(error);
      of.problem(problemName, problem);
      this.#isRefused = true;
      await of.tell(this.#event('False', problem.code, `${problem.message}; the old node.toml stays in force`));
      throw error;
    }
    of.problem(problemName, undefined);
    if (this.#isRefused || JSON.stringify(of.config) !== before)
      await of.tell(this.#event('True', 'TakenOver', 'node.toml as it is now is in force'));
    this.#isRefused = false;
  }

  /** What listens has its new addresses before anything else goes by the file. */
  async #take(config: NodeConfig): Promise<void> {
    this.#of.insistSame(config);
    const turn = await together(this.#listening.map((part) => () => part(config)));
    try {
      await this.#of.reload(config);
    } catch (error) {
      await turn.drop();
      throw error;
    }
    await turn.take();
  }

  #event(status: 'True' | 'False', reason: string, message: string): Event {
    const { config, now } = this.#of;
    return {
      at: now(),
      node: config.node,
      generation: 0,
      cycleId: '',
      type: 'condition.changed',
      slot: config.node,
      condition: 'NodeConfig',
      status,
      reason,
      message,
    };
  }
}
