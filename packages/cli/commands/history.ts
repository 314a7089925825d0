import { whyText } from '@reconcile/agent/standing';
import { plainName } from '@reconcile/agent/subject';
import { principalName } from '@reconcile/core';
import { harmless, line, piece, renderHistory } from '@reconcile/core/render';
import { type HistoryEntry, listHistory } from '@reconcile/registry';
import { callerOf } from '../frame/agent.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import type { Far } from '../frame/far.ts';
import { remember } from '../frame/node.ts';
import { lineCount } from './since.ts';

export interface HistoryOptions {
  readonly lines?: string;
}

const usualLines = 30;
const mostLines = 20_000;
/** The container's name at the head of its own reason. */
const ownName = /^\S+-[0-9a-f]{8} /;

/** What happened to a service's components, newest first. */
export async function runHistory(cx: CliContext, given: string | undefined, options: HistoryOptions): Promise<number> {
  const limit = lineCount(options.lines, usualLines) ?? mostLines;
  const entries = cx.far === undefined ? await remembered(cx, given, limit) : await told(cx, cx.far, { given, limit });
  if (cx.json) {
    cx.printJson(entries);
    return exit.converged;
  }
  if (entries.length === 0) {
    const what = given === undefined ? 'anything' : given;
    cx.tell([line(piece(`Nothing is remembered of ${what} here.`, 'dim'))]);
    return exit.converged;
  }
  const lines = entries.map((entry) => ({
    ...entry,
    why: harmless(whyText(entry.why).replaceAll(`${entry.slot} was `, '').replace(ownName, '')),
    by: principalName(entry.by),
  }));
  cx.print(renderHistory(lines, { width: cx.look.width, ascii: cx.look.ascii, now: Date.now(), zone: 'local' }));
  return exit.converged;
}

async function remembered(cx: CliContext, given: string | undefined, limit: number): Promise<readonly HistoryEntry[]> {
  const { config, registry } = await remember(cx);
  const slot = given === undefined ? {} : { slot: plainName(given, config.node) };
  return registry.read((rows) => listHistory(rows, { ...slot, limit }));
}

async function told(
  cx: CliContext,
  { service }: Far,
  { given, limit }: { readonly given: string | undefined; readonly limit: number },
): Promise<readonly HistoryEntry[]> {
  return service.history(callerOf(cx), { limit, ...(given === undefined ? {} : { name: given }) });
}
