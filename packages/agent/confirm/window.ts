import type { Instant } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import { type ConfirmWindow, lastWindow, markSnapshotGood, type Registry, settleWindow } from '@reconcile/registry';
import { leftOf } from '../desired/trial.ts';
import { fail } from './errors.ts';

/** A window that somebody can still confirm. */
export interface OpenWindow {
  readonly window: ConfirmWindow;
  readonly leftMs: number;
}

type Machine = Pick<ReadHost, 'proc'>;

/** undefined: nothing is tried, or its time is over. */
export async function openWindow(registry: Registry, { proc }: Machine): Promise<OpenWindow | undefined> {
  const window = registry.read(lastWindow);
  if (window?.state !== 'armed') return undefined;
  const leftMs = leftOf(window, await proc.bootId());
  return leftMs > 0 ? { window, leftMs } : undefined;
}

/** What is tried stays. `id` '' : whatever is tried. @throws CONFIRM_NONE CONFIRM_LATE */
export async function confirmWindow(
  registry: Registry,
  host: Machine,
  { at, id }: { id: string; at: Instant },
): Promise<ConfirmWindow> {
  const message = `confirm ${id}`.trimEnd();
  const last = registry.read(lastWindow);
  const isMeant = last !== undefined && (id === '' || id === last.id || last.commit.startsWith(id));
  if (last === undefined || !isMeant || last.state === 'confirmed' || last.state === 'released')
    throw fail('CONFIRM_NONE', {
      message,
      wanted: 'a commit that is tried',
      actual: last?.state === 'confirmed' ? `${last.commit.slice(0, 7)} is confirmed already` : 'none is',
      hint: 'reconcile apply --confirm-within 60s',
    });
  const open = await openWindow(registry, host);
  // Asked again in the same transaction: whoever goes back may have been faster.
  const to = { at, from: 'armed', to: 'confirmed' } as const;
  if (open !== undefined && (await registry.write((rows) => settleWindow(rows, last.id, to)))) return last;
  throw fail('CONFIRM_LATE', {
    message,
    wanted: `within ${Math.round(last.windowMs / 1000)} s`,
    actual: `${last.previous.slice(0, 7)} ${last.state === 'reverted' ? 'is back' : 'comes back'}`,
    hint: 'reconcile status',
  });
}

/** What was before is back: that is what this node goes on with, and the tried commit is held. */
export async function markReverted(registry: Registry, at: Instant): Promise<void> {
  const window = registry.read(lastWindow);
  if (window === undefined) return;
  await registry.write((rows) => {
    if (settleWindow(rows, window.id, { at, from: 'armed', to: 'reverted' })) markSnapshotGood(rows, window.previous);
  });
}

/** Somebody asked for a commit again that nobody had confirmed. */
export async function releaseReverted(registry: Registry, at: Instant): Promise<void> {
  const window = registry.read(lastWindow);
  if (window?.state !== 'reverted') return;
  await registry.write((rows) => settleWindow(rows, window.id, { at, from: 'reverted', to: 'released' }));
}
