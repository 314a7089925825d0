import type { Command } from 'commander';
import type { CliContext } from '../frame/context.ts';

/** What a command resolves to: the exit code. */
export type Run = (cx: CliContext) => Promise<number>;

/** Chooses the command that was asked for; called once, from its action. */
export type Pick = (command: Command, run: Run, how?: How) => void;

export interface How {
  /** It is about this machine, or the caller's own checkout: it cannot be sent to another one. */
  readonly staysHere?: boolean;
  /** What follows that word belongs to another program. */
  readonly ends?: string;
  /** It goes on until Ctrl-C and has nothing in hand that must be finished. */
  readonly isLooking?: boolean;
  /** It begins with a look at the node: podman is asked before anything else is read. */
  readonly asksPodman?: boolean;
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
