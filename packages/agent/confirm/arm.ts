import type { Plan, Principal } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import {
  appliedBefore,
  armWindow,
  type ConfirmWindow,
  lastAppliedCommit,
  type Registry,
  settleWindow,
} from '@reconcile/registry';
import { monotonicMs } from '@reconcile/registry/monotonic';
import type { NodeConfig } from '../config/model.ts';
import type { Install } from '../desired/model.ts';
import { nodeSource } from '../desired/source.ts';
import { fail } from './errors.ts';
import { openWindow } from './window.ts';

/** How somebody wants a commit to be tried. */
export interface TrialWish {
  readonly withinMs: number;
  /** Any commit of the repository; absent: the newest of the branch. */
  readonly ref?: string;
}

export interface ArmContext {
  readonly config: NodeConfig;
  readonly host: Host;
  readonly install: Install;
  readonly signal: AbortSignal;
  readonly registry: Registry;
  readonly by: Principal;
}

/** Before anything else of such an order: one at a time. @throws CONFIRM_OPEN */
export async function assertNoWindow({ host, registry }: Pick<ArmContext, 'host' | 'registry'>): Promise<void> {
  const open = await openWindow(registry, host);
  if (open === undefined) return;
  throw fail('CONFIRM_OPEN', {
    message: 'try another commit',
    wanted: 'one at a time',
    actual: `${open.window.commit.slice(0, 7)} is tried for another ${Math.ceil(open.leftMs / 1000)} s`,
    hint: 'reconcile confirm, or wait until it has gone back',
  });
}

/**
 * The window in the registry, and a process that outlives everybody: both before the first write of the pass, after somebody said yes
 * to its plan. @throws CONFIRM_FIRST CONFIRM_SAME CONFIRM_UNWATCHED
 */
export async function arm(cx: ArmContext, wish: TrialWish, made: Plan): Promise<ConfirmWindow> {
  const { by, config, host, registry, signal } = cx;
  const { commit } = made;
  const window: Omit<ConfirmWindow, 'state'> = {
    id: host.ids.random().slice(0, 8),
    commit,
    previous: previousOf(cx, commit),
    head: wish.ref === undefined ? commit : ((await (await nodeSource(config)).head({ host, signal })).ok ?? ''),
    services: unique(made.changes.flatMap(({ services }) => services)),
    slots: unique(made.changes.flatMap(({ kind, slot }) => (kind === 'container' || kind === 'job' ? [slot] : []))),
    windowMs: wish.withinMs,
    bootId: await host.proc.bootId(),
    deadlineMs: monotonicMs() + wish.withinMs,
    armedAt: host.clock.now(),
    by,
  };
  await registry.write((rows) => armWindow(rows, window));
  try {
    await startWatchdog(cx);
  } catch (error) {
    const never = { at: host.clock.now(), from: 'armed', to: 'released' } as const;
    await registry.write((rows) => settleWindow(rows, window.id, never));
    throw error;
  }
  return { ...window, state: 'armed' };
}

function previousOf({ config, registry }: ArmContext, commit: string): string {
  const { last, previous } = registry.read((rows) => ({
    last: lastAppliedCommit(rows),
    previous: appliedBefore(rows, commit),
  }));
  const message = `try ${commit.slice(0, 7)} on ${config.node}`;
  if (last === commit)
    throw fail('CONFIRM_SAME', {
      message,
      wanted: 'a commit that was not carried out yet',
      actual: 'it was',
      hint: 'reconcile apply; an agent follows its branch at once, so try a commit of another: --ref BRANCH',
    });
  if (previous === undefined)
    throw fail('CONFIRM_FIRST', {
      message,
      wanted: 'an earlier generation to go back to',
      actual: 'this would be the first',
      hint: 'reconcile apply',
    });
  return previous;
}

/** Of this program, in a session of its own; it reads the window from the registry. */
async function startWatchdog({ config, host, install }: ArmContext): Promise<void> {
  const [program, ...args] = install.program ?? [];
  if (program === undefined)
    throw fail('CONFIRM_UNWATCHED', {
      message: 'start the process that goes back',
      wanted: 'an installed reconcile',
      actual: 'it runs from its sources',
      hint: './dev pack && npm install -g ./dist/reconcile-*.tgz',
    });
  try {
    await host.run.start(program, [...args, '--config', config.path, 'go-back'], {});
  } catch (error) {
    throw fail('CONFIRM_UNWATCHED', { message: 'start the process that goes back', key: program, cause: error });
  }
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
