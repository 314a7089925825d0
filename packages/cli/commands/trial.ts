import { setTimeout as pause } from 'node:timers/promises';
import type { TrialStanding } from '@reconcile/agent/service';
import type { Plan } from '@reconcile/core';
import { duration, type Line, lastingWords, line, piece } from '@reconcile/core/render';
import { lastWindow } from '@reconcile/registry';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { remember } from '../frame/node.ts';
import { paintLine } from '../frame/terminal.ts';

/** How often the registry is asked what became of the window, ms. */
const pollMs = 500;

/** Below a plan that goes back by itself: when, and what would stay even so. */
export function trialLines(made: Plan, withinMs: number): Line[] {
  const stays = lastingWords(made);
  return [
    line(piece('tried:    ', 'dim'), `it goes back by itself after ${duration(withinMs)} unless: reconcile confirm`),
    ...stays.map((text, i) => line(piece(i === 0 ? 'stays:    ' : '          ', 'dim'), text)),
    [],
  ];
}

/**
 * After the pass: on a terminal counts the window down until somebody confirmed it or it has gone back; elsewhere says it and ends.
 * Ctrl-C leaves it open. @returns the exit code
 */
export async function followTrial(cx: CliContext, standing: TrialStanding, code: number): Promise<number> {
  if (cx.json) return code;
  let now = standing;
  const endsAt = performance.now() + standing.leftMs;
  // What becomes of it elsewhere is not followed: reconcile -H NODE status says it.
  const isLive = cx.errLook.isTerminal && cx.far === undefined;
  while (isLive && (now.state === 'open' || now.state === 'going back') && !cx.signal.aborted) {
    const leftMs = endsAt - performance.now();
    cx.write(`\r\u001b[2K${paintLine(countdown(now, leftMs), cx.errLook)}`);
    await pause(pollMs, undefined, { signal: cx.signal }).catch(() => undefined);
    // Another process may have the registry for itself right now.
    const state = await stateNow(cx, now, leftMs).catch(() => now.state);
    now = { ...now, state, leftMs: Math.max(0, leftMs) };
  }
  if (isLive) cx.write('\r\u001b[2K');
  cx.print([verdict(now)]);
  switch (now.state) {
    case 'confirmed':
      return exit.converged;
    case 'open':
    case 'going back':
    case 'reverted':
      return exit.held;
  }
}

function countdown({ commit, previous, state }: TrialStanding, leftMs: number): Line {
  const [tried, before] = [commit.slice(0, 7), previous.slice(0, 7)];
  if (state === 'going back' || leftMs <= 0)
    return line(piece(`${tried} is not confirmed: `, 'bad'), `${before} comes back`);
  return line(
    piece(`${tried} is tried  `, 'warn'),
    piece(`${Math.ceil(leftMs / 1000)} s`, 'bold'),
    `  then ${before} comes back, unless: reconcile confirm`,
  );
}

function verdict({ commit, leftMs, previous, state }: TrialStanding): Line {
  const [tried, before] = [commit.slice(0, 7), previous.slice(0, 7)];
  switch (state) {
    case 'confirmed':
      return line(piece(tried, 'bold'), ' is confirmed and stays');
    case 'reverted':
      return line(piece(`${tried} was not confirmed: `, 'bad'), `${before} is back`);
    case 'going back':
      return line(piece(`${tried} was not confirmed: `, 'bad'), `${before} comes back by itself`);
    case 'open':
      return line(
        piece(`${tried} is tried: `, 'warn'),
        `${before} comes back by itself in ${Math.ceil(leftMs / 1000)} s, unless: reconcile confirm`,
      );
  }
}

async function stateNow(cx: CliContext, { id }: TrialStanding, leftMs: number): Promise<TrialStanding['state']> {
  const { registry } = await remember(cx);
  try {
    const window = registry.read(lastWindow);
    if (window?.id !== id || window.state === 'reverted' || window.state === 'released') return 'reverted';
    return window.state === 'confirmed' ? 'confirmed' : leftMs > 0 ? 'open' : 'going back';
  } finally {
    await registry.close();
  }
}
