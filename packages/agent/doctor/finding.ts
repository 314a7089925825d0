import type { FindingCode } from './catalogue.ts';

/** `error`: does not work, or will not when it matters. `warning`: works, with a risk. `note`: worth knowing. */
export type Severity = 'error' | 'warning' | 'note';

/** What `--fix` may do; everything else is for a person. Each can be done twice and loses nothing. */
export type Repair =
  | { readonly do: 'chmod'; readonly path: string; readonly mode: number }
  | { readonly do: 'run'; readonly program: string; readonly args: readonly string[] };

/** Something about this machine that a person should know. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** The thing: a file, a port, a user. */
  readonly what: string;
  readonly wanted: string;
  readonly actual: string;
  /** The exact command, or what to change where. */
  readonly fix: string;
  /** A command that only root can run. */
  readonly needsRoot: boolean;
  /** Set: `doctor --fix` can do it. */
  readonly repair?: Repair;
  /** Nothing may be written on this node while it stands. */
  readonly blocks?: true;
}

type Parts = Pick<Finding, 'what' | 'wanted' | 'actual' | 'fix'> &
  Partial<Pick<Finding, 'repair' | 'blocks' | 'needsRoot' | 'severity'>>;

/** A finding of a code, with the severity that its code has unless this one is better or worse. */
export function finding(code: FindingCode, severity: Severity, parts: Parts): Finding {
  return { code, needsRoot: false, ...parts, severity: parts.severity ?? severity };
}

/** A command for root, as it is typed. */
export const asRoot = (command: string): Pick<Finding, 'fix' | 'needsRoot'> => ({
  fix: `sudo ${command}`,
  needsRoot: true,
});
