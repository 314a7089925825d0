import type { Running } from './contract.ts';
import { procLink, procList, procText } from './read.ts';

/** So many are read before others get their turn. */
const batch = 64;

/** Processes of our own user that run one of these programs, by the name in /proc/PID/comm. */
export async function runningPrograms(names: ReadonlySet<string>): Promise<readonly Running[]> {
  const pids = ((await procList('/proc')) ?? []).filter((name) => /^\d+$/.test(name));
  const found: Running[] = [];
  for (let at = 0; at < pids.length; at += batch) {
    const read = await Promise.all(pids.slice(at, at + batch).map((pid) => running(Number(pid), names)));
    for (const one of read) if (one !== undefined) found.push(one);
  }
  return found;
}

async function running(pid: number, names: ReadonlySet<string>): Promise<Running | undefined> {
  const program = (await procText(`/proc/${pid}/comm`))?.trim();
  if (program === undefined || !names.has(program)) return undefined;
  const args = (await procText(`/proc/${pid}/cmdline`))?.split('\0').slice(0, -1) ?? [];
  // A zombie has none; a process of another user hides where it is.
  const netns = args.length === 0 ? undefined : await networkOf(pid);
  return netns === undefined ? undefined : { pid, program, args, netns };
}

/** undefined: nobody, or not ours to look at. */
export function networkOf(pid: number): Promise<string | undefined> {
  return procLink(`/proc/${pid}/ns/net`);
}
