import { isOf } from '@reconcile/agent/standing';
import { plainName } from '@reconcile/agent/subject';
import { eventLine, harmless, line, piece, wrapLine } from '@reconcile/core/render';
import { listEvents, type StoredEvent } from '@reconcile/registry';
import { fail } from '../errors.ts';
import { agentOf, callerOf, nameThere } from '../frame/agent.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import type { Far } from '../frame/far.ts';
import { remember } from '../frame/node.ts';
import { lineCount, sinceInstant } from './since.ts';

export interface EventsOptions {
  readonly lines?: string;
  readonly since?: string;
  readonly verbose?: boolean;
  readonly follow?: boolean;
}

const usualLines = 50;
/** A pass is dozens of events, and most of them are of no interest: read more than are shown. */
const readPerLine = 10;
const mostRead = 50_000;

/** What this node did, oldest first. */
export async function runEvents(cx: CliContext, given: string | undefined, options: EventsOptions): Promise<number> {
  const lines = lineCount(options.lines, usualLines);
  const since = options.since === undefined ? 0 : sinceInstant(options.since, Date.now());
  const isAll = lines === undefined || options.since !== undefined;
  const limit = isAll ? mostRead : Math.min(mostRead, lines * readPerLine);
  const past =
    cx.far === undefined ? await rememberedPast(cx, given, limit) : await pastThere(cx, cx.far, { given, limit });
  const { slot } = past;
  const found = past.events.filter(({ event }) => event.at >= since);
  const newest = <T>(all: readonly T[]) => (lines === undefined ? all : all.slice(Math.max(0, all.length - lines)));
  if (cx.json) {
    // One document when it is all; one line each when there is no end to it.
    if (options.follow !== true) cx.printJson(newest(found));
    else for (const one of newest(found)) cx.printJson(one);
    return options.follow === true ? follow(cx, { ...slot, all: true }) : exit.converged;
  }
  const shown = found.flatMap(({ event }) => {
    const told = eventLine(event, { all: options.verbose === true, zone: 'local' });
    return told === undefined ? [] : [told];
  });
  if (shown.length === 0) cx.tell([line(piece('Nothing happened that is remembered.', 'dim'))]);
  const clean = newest(shown).map((each) => each.map((one) => ({ ...one, text: harmless(one.text) })));
  cx.print(cx.look.isTerminal ? clean.flatMap((each) => wrapLine(each, cx.look.width)) : clean);
  return options.follow === true ? follow(cx, { ...slot, all: options.verbose === true }) : exit.converged;
}

interface Past {
  readonly events: readonly StoredEvent[];
  readonly slot: { readonly slot?: string };
}

async function rememberedPast(cx: CliContext, given: string | undefined, limit: number): Promise<Past> {
  const { config, registry } = await remember(cx);
  const slot = given === undefined ? {} : { slot: plainName(given, config.node) };
  return { events: registry.read((rows) => listEvents(rows, { ...slot, limit })), slot };
}

async function pastThere(
  cx: CliContext,
  far: Far,
  { given, limit }: { readonly given: string | undefined; readonly limit: number },
): Promise<Past> {
  const name = given === undefined ? undefined : await nameThere(far, given);
  const events = await far.service.events(callerOf(cx), { limit, ...(name === undefined ? {} : { name }) });
  return { events, slot: name === undefined ? {} : { slot: name } };
}

/** From the agent, as it happens. @throws NO_AGENT */
async function follow(cx: CliContext, { all, slot }: { slot?: string; all: boolean }): Promise<number> {
  const { printEvent } = await import('./agent-event.ts');
  const agent = await agentOf(cx);
  if (agent === undefined)
    throw fail('NO_AGENT', {
      message: 'follow the events of this node',
      wanted: 'a running agent: without one nothing happens by itself',
      hint: 'reconcile agent, or reconcile install',
    });
  try {
    for await (const event of agent.service.watch(callerOf(cx))) {
      const of = event.kind === 'event' && 'slot' in event.event ? event.event.slot : 'slot' in event ? event.slot : '';
      if (slot !== undefined && !isOf(of, slot)) continue;
      if (cx.json) cx.printJson(event);
      else printEvent(cx, event, all);
    }
    return exit.converged;
  } finally {
    agent.close();
  }
}
