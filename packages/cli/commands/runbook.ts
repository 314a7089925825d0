import { collectRunbook, runbookText } from '@reconcile/agent/runbook';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { lookAround } from '../frame/node.ts';

export interface RunbookOptions {
  readonly out?: string;
}

/** The recovery document of this node: for paper, or the place where one looks when nothing else is there. Reads only. */
export async function runRunbook(cx: CliContext, { out }: RunbookOptions): Promise<number> {
  const { config, desired, host, loaded, registry, seen } = await lookAround(cx);
  const { commit } = desired;
  const message = loaded.commit?.message.split('\n')[0] ?? '';
  const from = {
    config,
    host,
    registry,
    commit,
    fresh: loaded.fresh?.snapshot,
    input: seen.input,
    ledger: seen.ledger,
  };
  const book = await collectRunbook({ ...from, message });
  const text = runbookText(book);
  if (out !== undefined) await cx.writeFile(out, text);
  if (cx.json) cx.printJson({ version: 1, ...book, text });
  else if (out === undefined) cx.printText(text);
  return exit.converged;
}
