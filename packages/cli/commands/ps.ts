import { narrowStanding, nodeStanding, originOf, sceneOf } from '@reconcile/agent/standing';
import { narrow } from '@reconcile/core/plan';
import { type Line, type NodeStanding, renderNames, renderPs, type Standing } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { exit, planExit, worst } from '../frame/exit.ts';
import { lookAround, type Sight } from '../frame/node.ts';
import { paint } from '../frame/terminal.ts';
import { plainName, rowsNamed } from './named.ts';

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
  const sight = await lookAround(cx);
  try {
    const { code, standing } = await narrowed(sight, names);
    if (cx.json) cx.printJson({ ...standing, exit: code });
    else draw(cx, options.quiet === true ? renderNames(standing) : lines(cx, standing, options), options);
    return { code };
  } finally {
    await sight.registry.close();
  }
}

async function narrowed(sight: Sight, names: readonly string[]): Promise<{ standing: NodeStanding; code: number }> {
  const scene = sceneOf(sight.seen);
  const whole = nodeStanding(scene, await originOf(sight.config, sight.host, sight.loaded), 'local');
  const plain = names.map((name) => plainName(name, whole.node));
  const absences = whole.absences.filter(({ service }) => plain.includes(service));
  const here = plain.filter((name) => !absences.some(({ service }) => service === name));
  const rows = names.length > 0 && here.length === 0 ? [] : rowsNamed(whole, here);
  const plan = names.length === 0 ? sight.seen.plan : narrow(sight.seen.plan, { services: plain });
  const code = worst(planExit(plan), rowsExit(rows), sight.loaded.trouble === undefined ? 0 : exit.held);
  const standing = names.length === 0 ? whole : narrowStanding(scene, whole, { rows, absences });
  return { standing, code };
}

/** A failing job that nothing waits for is told and does not count. */
export function rowsExit(rows: readonly Pick<Standing, 'grade'>[]): number {
  return rows.some((row) => row.grade === 'failing') ? exit.held : exit.converged;
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
