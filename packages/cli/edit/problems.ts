import type { Diagnostic } from '@reconcile/core';
import { parseInWorker } from '@reconcile/spec/worker';
import type { CliContext } from '../frame/context.ts';
import type { FleetTip } from './tip.ts';

/** One file changed; undefined: it goes. */
export interface FileChange {
  readonly path: string;
  readonly text: string | undefined;
}

export function withChange(files: FleetTip['files'], { path, text }: FileChange): Map<string, Uint8Array> {
  const changed = new Map(files);
  if (text === undefined) changed.delete(path);
  else changed.set(path, Buffer.from(text));
  return changed;
}

/** What a change makes of the fleet's definitions. */
export interface Judgement {
  /** Errors that the changed file has, or that others have because of it: the change must not be made. */
  readonly errors: readonly Diagnostic[];
  /** Of the changed file, and errors that were there before. */
  readonly others: readonly Diagnostic[];
}

/** Reads the whole fleet with the change, and without it where that matters. @throws SPEC_TIMEOUT SPEC_WORKER */
export async function judgeChange(cx: CliContext, files: FleetTip['files'], change: FileChange): Promise<Judgement> {
  const after = await diagnose(cx, withChange(files, change));
  const errors = after.filter(({ severity }) => severity === 'error');
  const isOwn = ({ file }: Diagnostic) => file === change.path;
  const before = errors.every(isOwn) ? [] : await diagnose(cx, files);
  const known = new Set(before.map(mark));
  const made = errors.filter((problem) => isOwn(problem) || !known.has(mark(problem)));
  const own = after.filter((problem) => problem.severity === 'warning' && isOwn(problem));
  return { errors: made, others: [...errors.filter((problem) => !made.includes(problem)), ...own] };
}

async function diagnose(cx: CliContext, files: ReadonlyMap<string, Uint8Array>): Promise<readonly Diagnostic[]> {
  const { specWorker } = cx.install;
  const options = { signal: cx.signal, ...(specWorker === undefined ? {} : { entry: specWorker }) };
  return (await parseInWorker(files, options)).diagnostics;
}

/** Lines move with the edit; what is wrong stays the same. */
function mark({ code, file, message, path }: Diagnostic): string {
  return [file, code, path, message].join('\0');
}
