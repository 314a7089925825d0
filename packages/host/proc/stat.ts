import { readFileSync } from 'node:fs';
import { procText } from './read.ts';

/** Start time in clock ticks since boot, field 22 of /proc/PID/stat (proc(5)); undefined for a zombie and for nobody. */
export async function readStartTicks(pid: number): Promise<number | undefined> {
  const text = await procText(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStartTicks(text);
}

/** The second field is the program's name in parentheses and may hold spaces and parentheses: count from the last one. */
export function parseStartTicks(stat: string): number | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  if (state === 'Z' || state === 'X' || state === 'x') return undefined;
  const ticks = Number(fields[19]);
  return fields[19] === undefined || !Number.isSafeInteger(ticks) ? undefined : ticks;
}

/**
 * Parent of a live process; undefined for a zombie and for nobody. Read without the thread pool: /proc never blocks, and a
 * look at a hundred containers asks a hundred times (15 µs each instead of 150).
 */
export async function readParent(pid: number): Promise<number | undefined> {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return parseStartTicks(stat) === undefined || !Number.isSafeInteger(parent) ? undefined : parent;
  } catch {
    return undefined;
  }
}
