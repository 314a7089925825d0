import { isFleetError } from '@reconcile/core';
import type { Work } from './context.ts';

/** Lines kept of what a container said before it goes. */
const keptLines = 200;

/** Where the last output of a slot's former container lies: `logs --previous`. */
export function previousLog(logsDir: string, slot: string): string {
  return `${logsDir}/${slot.replaceAll('/', '_')}.previous.log`;
}

/** Where the output of a job's last run lies. */
export function jobLog(logsDir: string, slot: string): string {
  return `${logsDir}/${slot.replaceAll('/', '_')}.log`;
}

/** Keeps the last lines of a container that is about to be removed. Its removal does not fail for the want of them. */
export async function keepOutput(
  work: Work,
  name: string,
  path = previousLog(work.settings.logsDir, work.action.slot),
): Promise<void> {
  const { cx, client, settings } = work;
  try {
    const lines = await client.tail(name, keptLines);
    await cx.host.files.makeDir(settings.logsDir, { mode: 0o700 });
    await cx.host.files.write(path, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  } catch (error) {
    if (!isFleetError(error) || error.code === 'RUN_CANCELLED') throw error;
    cx.log.warn('last output not kept', { slot: work.action.slot, code: error.code });
  }
}
