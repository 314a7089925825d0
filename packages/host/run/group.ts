import { systemCode } from '../errors.ts';

const lookMs = 50;
const graceMs = 1_000;

/**
 * Ends a process group: SIGTERM at once, SIGKILL after a second if anything of it is left. Returns at once. What has left
 * the group by setsid (a container's monitor) is not meant and not hit.
 */
export function endGroup(leader: number): void {
  if (!signalGroup(leader, 'SIGTERM')) return;
  let waitedMs = 0;
  const timer = setInterval(() => {
    waitedMs += lookMs;
    const last = waitedMs >= graceMs;
    if (!signalGroup(leader, last ? 'SIGKILL' : 0) || last) clearInterval(timer);
  }, lookMs);
}

/** false: no process of that group is left. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    // EPERM: all that is left belongs to another user (a container's subordinate uid). It exists; SIGKILL would fail alike.
    return systemCode(error) === 'EPERM';
  }
}
