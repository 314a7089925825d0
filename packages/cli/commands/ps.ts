import { servicesDocument } from '@reconcile/agent/documents';
import type { ServicesDocument } from '@reconcile/agent/service';
import { type Line, type NodeStanding, renderNames, renderPs } from '@reconcile/core/render';
import { callerOf } from '../frame/agent.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { lookAround } from '../frame/node.ts';
import { paint } from '../frame/terminal.ts';

export interface PsOptions {
  readonly quiet?: boolean;
  readonly watch?: boolean;
  readonly foreign?: boolean;
}

const refreshMs = 2000;

/** How everything stands: one line a component. */
export async function runPs(cx: CliContext, names: readonly string[], options: PsOptions): Promise<number> {
  if (options.watch !== true) return (await show(cx, names, options)).code;
  let code: number = exit.converged;
  for (let isFirst = true; !cx.signal.aborted; isFirst = false) {
    const shown = await show(cx, names, { ...options, ...(isFirst ? {} : { again: true }) });
    code = shown.code;
    await pause(cx.signal);
  }
  return code;
}

async function show(
  cx: CliContext,
  names: readonly string[],
  options: PsOptions & { again?: boolean },
): Promise<{ code: number }> {
  const document = await documentOf(cx, names);
  if (cx.json) cx.printJson(document);
  else draw(cx, options.quiet === true ? renderNames(document) : lines(cx, document, options), options);
  return { code: document.exit };
}

async function documentOf(cx: CliContext, names: readonly string[]): Promise<ServicesDocument> {
  if (cx.far !== undefined) return cx.far.service.services(callerOf(cx), names);
  const sight = await lookAround(cx);
  try {
    return await servicesDocument(sight, names);
  } finally {
    await sight.registry.close();
  }
}

function lines(cx: CliContext, standing: NodeStanding, options: PsOptions): Line[] {
  return renderPs(standing, { width: cx.look.width, ascii: cx.look.ascii, foreign: options.foreign === true });
}

/** Watching a terminal: drawn over what was there, from the top, without a flicker. */
function draw(cx: CliContext, all: readonly Line[], options: PsOptions & { again?: boolean }): void {
  if (options.watch !== true || !cx.look.isTerminal) {
    if (options.again === true) cx.printText('\n');
    cx.print(all);
    return;
  }
  const text = paint(all, cx.look).replaceAll('\n', '\u001b[K\n');
  cx.printText(`${options.again === true ? '\u001b[H' : '\u001b[2J\u001b[H'}${text}\u001b[J`);
}

async function pause(signal: AbortSignal): Promise<void> {
  const { setTimeout: sleep } = await import('node:timers/promises');
  await sleep(refreshMs, undefined, { signal }).catch(() => undefined);
}
