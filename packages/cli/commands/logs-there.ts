import type { AgentService, LogChunk, LogsQuery } from '@reconcile/agent/service';
import { harmless, line, pad, piece, type Style, textWidth } from '@reconcile/core/render';
import { callerOf } from '../frame/agent.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';

export interface LogsShown {
  readonly timestamps: boolean;
}

const colours: readonly Style[] = ['head', 'good', 'warn', 'bold'];

/** Lines that a running agent reads: as they come, or all there are. */
export async function logsThere(
  cx: CliContext,
  service: AgentService,
  { query, timestamps }: LogsShown & { readonly query: LogsQuery },
): Promise<number> {
  const of = callerOf(cx);
  const { rows } = await service.services(of, [query.name]);
  const names = new Map(rows.map(({ name, slot }) => [slot, name]));
  const width = Math.max(0, ...[...names.values()].map(textWidth));
  const slots = [...names.keys()];
  const say = ({ at, container, slot, text }: LogChunk) => {
    if (cx.json) return cx.printJson({ slot, container, at: at === '' ? null : at, text });
    const time = timestamps && at !== '' ? [piece(`${at} `, 'dim')] : [];
    const style = colours[Math.max(0, slots.indexOf(slot)) % colours.length] ?? 'dim';
    const name = slots.length > 1 ? [piece(`${pad(names.get(slot) ?? slot, width)} | `, style)] : [];
    cx.print([line(...name, ...time, cx.look.isTerminal ? harmless(text) : text)]);
  };
  let count = 0;
  for await (const chunk of service.logs(of, query)) {
    count++;
    say(chunk);
  }
  if (!cx.json && !cx.signal.aborted) {
    if (query.follow === true) cx.tell([line(piece(`${query.name} ended`, 'dim'))]);
    else if (count === 0) cx.tell([line(piece(`${query.name}: nothing printed, or nothing was kept`, 'dim'))]);
  }
  return exit.converged;
}
