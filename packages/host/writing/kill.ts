import type { Host } from '../contract.ts';
import { fail, systemCode } from '../errors.ts';
import { readStartTicks } from '../proc/stat.ts';

/**
 * Signals one process, told from a later one of the same pid by its start time. Between look and signal the pid could in
 * theory change hands; Node has no pidfd, and the kernel hands pids out in a circle.
 */
export const killProcess: Host['kill'] = async (pid, startTicks, signal) => {
  if (!Number.isSafeInteger(pid) || pid <= 1) return false;
  if ((await readStartTicks(pid)) !== startTicks) return false;
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
    throw fail('KILL_DENIED', { message: `send ${signal} to process ${pid}`, cause: error });
  }
};
