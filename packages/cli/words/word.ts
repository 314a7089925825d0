import type { Command } from 'commander';
import type { CliContext } from '../frame/context.ts';
import type { Far } from '../frame/far.ts';

/** What a command resolves to: the exit code. */
export type Run = (cx: CliContext) => Promise<number>;

/** Chooses the command that was asked for; called once, from its action. */
export type Pick = (command: Command, run: Run, how?: How) => void;

export interface How {
  /** It is about this machine: it cannot be sent to another one. */
  readonly staysHere?: boolean;
  /** With `-H` it runs here and asks the agent there; absent: its words are carried there by ssh. */
  readonly asksThere?: boolean;
  /** It changes the caller's own checkout, and then waits for one node. */
  readonly edits?: boolean;
  /** It prints for as long as it goes on. */
  readonly follows?: boolean;
  /** With `--all-nodes`: nodes one after another, by their canary rank, as far as this says. */
  readonly inTurn?: InTurn;
  /** What follows that word belongs to another program. */
  readonly ends?: string;
  /** It goes on until Ctrl-C and has nothing in hand that must be finished. */
  readonly isLooking?: boolean;
  /** It begins with a look at the node: podman is asked before anything else is read. */
  readonly asksPodman?: boolean;
}

/** What a verb would do on one node. */
export interface Preview {
  /** Only that plan is meant; undefined: whatever comes of it. */
  readonly planId: string | undefined;
  /** It is something that a person should be asked about. */
  readonly asks: boolean;
  show(): void;
}

/** A verb that goes from node to node. */
export interface InTurn {
  /** What would happen there. */
  readonly preview: (cx: CliContext, far: Far) => Promise<Preview>;
  /** Carries it out; `planId`: only if it is still that plan. */
  readonly run: (cx: CliContext, planId: string | undefined) => Promise<number>;
  /** Not to ask. */
  readonly yes: boolean;
  /** To go on after a node that did not come out well. */
  readonly keepGoing: boolean;
}

/** An option that may be given again, or with a comma; never one that swallows the words after it. */
export function several(value: string, before: readonly string[] = []): string[] {
  return [...before, ...value.split(',').filter((name) => name !== '')];
}

export const exitCodes = (codes: string) => `\nExit codes: ${codes}; 64 usage.`;
/** Of commands that say how the node is. */
export const states = '0 converged, 2 changes pending, 3 held, waiting or unhealthy, 1 error';
/** Of commands that only answer or ask. */
export const plainCodes = '0 done, 1 error';
