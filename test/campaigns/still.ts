import { type Download, noDownload } from './download.ts';

/** An old worker of the proxy ends after a reload with what it still serves (hard_stop_after), seconds. */
const hardStopS = 45;
/** Looks are a turn apart, and ends are noticed late. */
const slackS = 3;

/** A download of a service that nothing happens to. Only a reload of the proxy may end it, and only by the hard stop. */
export interface Still {
  /** After whatever may have reloaded: which workers serve now. */
  look(workers: readonly string[]): Promise<void>;
  readonly reloads: number;
  /** Ended by a hard stop, as it should be. */
  readonly stopped: number;
  /** Ended by anything else: how. */
  readonly cut: readonly string[];
  close(): void;
}

export async function stillDownload(open: () => Promise<Download>, first: readonly string[]): Promise<Still> {
  let now = await open();
  let openedAt = performance.now();
  let known = new Set(first);
  const reloadsAt: number[] = [];
  const cut: string[] = [];
  let stopped = 0;
  return {
    async look(workers) {
      // Old ones end by themselves; a new one means a reload.
      if (!workers.every((pid) => known.has(pid))) reloadsAt.push(performance.now());
      known = new Set(workers);
      if (now.isOpen()) return;
      const endedAt = openedAt + ((await now.ended(0)) ?? 0);
      const since = reloadsAt.filter((at) => at > openedAt && at < endedAt).map((at) => (endedAt - at) / 1000);
      // A reload is seen when its command has returned, some seconds after it was done.
      if (since.some((s) => s <= hardStopS + slackS && s > hardStopS / 2)) stopped++;
      else
        cut.push(
          `after ${Math.round((endedAt - openedAt) / 1000)} s; reloads ${since.map(Math.round).join(', ') || 'none'} s before`,
        );
      now = await open();
      openedAt = performance.now();
    },
    get reloads() {
      return reloadsAt.length;
    },
    get stopped() {
      return stopped;
    },
    cut,
    close: () => (now === noDownload ? undefined : now.close()),
  };
}
