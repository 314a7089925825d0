import type { Readable, Writable } from 'node:stream';
import type { Install } from '@reconcile/agent/desired';
import type { Json } from '@reconcile/core';
import type { Line } from '@reconcile/core/render';
import type { Early } from './early.ts';
import type { Far } from './far.ts';
import { type Look, lookOf, paint, type Stream } from './terminal.ts';

/** What every command gets: the caller's world, and one way to speak. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly uid: number;
  readonly install: Install;
  readonly version: string;
  readonly configPath: string | undefined;
  /** `--repo`. */
  readonly repoPath: string | undefined;
  readonly json: boolean;
  readonly look: Look;
  /** Where progress goes: never mixed into what a pipe reads. */
  readonly errLook: Look;
  /** Fires at Ctrl-C and SIGTERM: finish what is in hand, start nothing more. */
  readonly signal: AbortSignal;
  print(lines: readonly Line[]): void;
  printText(text: string): void;
  printJson(value: unknown): void;
  /** Writes the one file that the command line names, 0600. @throws OUT_UNWRITABLE */
  writeFile(path: string, text: string): Promise<void>;
  /** For people beside the output: warnings, progress. */
  tell(lines: readonly Line[]): void;
  /** Raw text to where progress goes. */
  write(text: string): void;
  /** Asks a yes-or-no question; only where both ends are a terminal. */
  ask(question: string): Promise<boolean>;
  readonly canAsk: boolean;
  /** Where the command said that it looks at the node: podman has been asked. */
  readonly early?: Early;
  /** `-H`: this agent is asked, and nothing of this machine. */
  readonly far?: Far;
  /** What a program elsewhere reads and writes; absent: the caller's own. */
  readonly ends?: Ends;
}

/** Raw ends, for what another program says. */
export interface Ends {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
}

export interface GlobalOptions {
  /** `-H`. */
  readonly host?: string;
  readonly allNodes?: boolean;
  readonly config?: string;
  readonly repo?: string;
  readonly output?: string;
  readonly json?: boolean;
}

export interface Process {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly uid: number;
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly stdin: NodeJS.ReadStream;
}

export function cliContext(
  from: Process,
  options: GlobalOptions,
  own: { install: Install; version: string; signal: AbortSignal },
): CliContext {
  const look = lookOf(from.stdout, from.env);
  const errLook = lookOf(from.stderr, from.env);
  const canAsk = look.isTerminal && from.stdin.isTTY === true;
  return {
    ...own,
    env: from.env,
    cwd: from.cwd,
    uid: from.uid,
    configPath: options.config,
    repoPath: options.repo,
    json: options.json === true || options.output === 'json',
    look,
    errLook,
    canAsk,
    print: (lines) => void from.stdout.write(paint(lines, look)),
    printText: (text) => void from.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    printJson: (value) =>
      void from.stdout.write(`${JSON.stringify(value as Json, undefined, look.isTerminal ? 2 : undefined)}\n`),
    writeFile: async (path, text) => (await import('./out.ts')).writeOut(from.cwd, path, text),
    tell: (lines) => void from.stderr.write(paint(lines, errLook)),
    write: (text) => void from.stderr.write(text),
    ask: (question) => askOn(from, question, own.signal),
  };
}

async function askOn(from: Process, question: string, signal: AbortSignal): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: from.stdin, output: from.stdout as unknown as NodeJS.WritableStream });
  try {
    const answer = await terminal.question(question, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}
