import { readFileSync } from 'node:fs';

/** What tells one process from a later one with the same pid (proc(5): fields 3 and 22 of /proc/PID/stat). */
export interface ProcessFacts {
  /** Clock ticks between boot and its start. */
  readonly startTicks: number;
  /** SIGSTOP or a debugger holds it. */
  readonly stopped: boolean;
}

/** undefined: no such process; a zombie counts as none. */
export function processFacts(pid: number): ProcessFacts | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name, field 2, may hold spaces and parentheses: count from the last one.
  const [state = '', ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return undefined;
  return { startTicks: Number(rest[18]), stopped: state === 'T' || state === 't' };
}
