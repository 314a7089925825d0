import { setTimeout as pause } from 'node:timers/promises';
import { leftOf } from '@reconcile/agent/desired';
import { lastWindow } from '@reconcile/registry';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { remember } from '../frame/node.ts';
import { writingNode } from '../frame/writer.ts';
import { passOnce } from './pass.ts';

/** How often it looks whether somebody confirmed, and how soon it tries again after a failure, ms. */
const pollMs = 500;
/** After the window, or without a registry, it tries for this long, ms; whoever comes after it, an agent or a command, goes on. */
const patienceMs = 600_000;
/** One try: an agent that does not answer is asked again, ms. */
const tryMs = 60_000;

/**
 * The process that `apply --confirm-within` leaves behind: waits for the window, and when nobody confirmed, makes one pass, through the
 * agent where one runs. It ends by itself as soon as nothing is left to watch.
 */
export async function runGoBack(cx: CliContext): Promise<number> {
  let readAt = performance.now();
  while (!cx.signal.aborted && performance.now() - readAt < patienceMs) {
    // Another process may have the registry for itself right now, or its disk be full: it is asked again.
    const leftMs = await leftNow(cx).catch(() => Number.NaN);
    if (leftMs === undefined || leftMs < -patienceMs) break;
    if (!Number.isNaN(leftMs)) readAt = performance.now();
    if (leftMs <= 0) await goBack(cx).catch(() => undefined);
    await pause(leftMs > 0 ? Math.min(pollMs, leftMs) : pollMs);
  }
  return exit.converged;
}

/** Only what goes back: what else is to be done here is nobody's order. */
async function goBack(cx: CliContext): Promise<void> {
  const signal = AbortSignal.any([cx.signal, AbortSignal.timeout(tryMs)]);
  const node = await writingNode(cx);
  await passOnce(
    cx,
    { ...node, signal },
    {
      order: {},
      ask: false,
      approves: ({ source }) => source.trouble?.code === 'Reverted',
    },
  );
}

/** How long the window is still open, ms; negative: it is over, and nobody has gone back yet. undefined: nothing is left to watch. */
async function leftNow(cx: CliContext): Promise<number | undefined> {
  const { registry } = await remember(cx);
  try {
    const window = registry.read(lastWindow);
    if (window?.state !== 'armed') return undefined;
    const { createReadHost } = await import('@reconcile/host/reading');
    return leftOf(window, await createReadHost().proc.bootId());
  } finally {
    await registry.close();
  }
}
