import { renderPodman, renderQuadlet } from '@reconcile/agent/render';
import { isOf } from '@reconcile/agent/standing';
import { assertKnown, plainName } from '@reconcile/agent/subject';
import { line, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { lookAround } from '../frame/node.ts';

export interface RenderOptions {
  readonly as: 'podman' | 'quadlet';
}

/** What a pass would make, as commands that need nothing of ours. */
export async function runRender(cx: CliContext, given: readonly string[], options: RenderOptions): Promise<number> {
  const { config, desired, host, loaded, registry, seen } = await lookAround(cx);
  const names = given.map((name) => plainName(name, desired.node));
  for (const name of names) assertKnown(desired, name);
  const { commit } = desired;
  const fresh = loaded.fresh?.snapshot;
  const isWanted = (slot: string) => names.length === 0 || names.some((name) => isOf(slot, name));
  const from = { config, host, registry, commit, fresh, input: seen.input, ledger: seen.ledger };
  if (options.as === 'quadlet') {
    const files = await renderQuadlet(from, isWanted);
    if (cx.json) cx.printJson(files);
    else for (const { name, text } of files) cx.printText(`# --- ${name}\n${text}`);
    return exit.converged;
  }
  const runs = await renderPodman(from, isWanted);
  if (cx.json) {
    cx.printJson(runs);
    return exit.converged;
  }
  for (const { command, container, needs, slot } of runs) {
    cx.print([line(piece(`# ${slot}: ${container}`, 'dim'))]);
    for (const need of needs) {
      const there = need.isThere ? ' (is there)' : '';
      cx.print([line(piece(`# needs ${need.what}${there}: ${need.command}`, 'dim'))]);
    }
    cx.printText(command);
  }
  if (runs.length === 0)
    cx.tell([line(piece('Nothing of it is to run: it is switched off, or not allowed here.', 'dim'))]);
  return exit.converged;
}
