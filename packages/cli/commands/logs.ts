import { followContainer, keptOutput, type LogLine } from '@reconcile/agent/output';
import { nodeStanding, originOf, sceneOf } from '@reconcile/agent/standing';
import { plainName, rowsNamed } from '@reconcile/agent/subject';
import { isFleetError } from '@reconcile/core';
import { harmless, line, pad, piece, type Standing, type Style, textWidth } from '@reconcile/core/render';
import { agentOf } from '../frame/agent.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { lookAround, type Sight } from '../frame/node.ts';
import { lineCount, sinceInstant } from './since.ts';

export interface LogsOptions {
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly lines?: string;
  readonly since?: string;
  readonly timestamps?: boolean;
}

const usualLines = 100;

/** What a service's programs print, or printed before they were replaced. What goes on is followed by the agent, where one runs. */
export async function runLogs(cx: CliContext, given: string, options: LogsOptions): Promise<number> {
  const now = Date.now();
  const lines = lineCount(options.lines, usualLines);
  const since = options.since === undefined ? undefined : new Date(sinceInstant(options.since, now)).toISOString();
  const agent = options.follow === true || cx.far !== undefined ? await agentOf(cx) : undefined;
  if (agent !== undefined) {
    const { logsThere } = await import('./logs-there.ts');
    const query = {
      name: given,
      ...(options.follow === true ? { follow: true } : {}),
      ...(options.previous === true ? { previous: true } : {}),
      ...(lines === undefined ? {} : { tail: lines }),
      ...(since === undefined ? {} : { since }),
    };
    return logsThere(cx, agent.service, { query, timestamps: options.timestamps === true }).finally(agent.close);
  }
  const sight = await lookAround(cx);
  const scene = sceneOf(sight.seen);
  const standing = nodeStanding(scene, await originOf(sight.config, sight.host, sight.loaded), 'local');
  const rows = rowsNamed(standing, [plainName(given, standing.node)]);
  const sources = rows.flatMap((row) => sourcesOf(row, scene.standing.get(row.slot) ?? [], options));
  const width = Math.max(0, ...sources.map((source) => textWidth(source.name)));
  const say = sources.map((source, i) => speaker(cx, source, { width, options, style: colours[i % colours.length] }));
  const alone = sources.length === 1;
  if (options.follow === true) {
    const going = sources.flatMap((source, i) =>
      source.container === undefined ? [] : [follow(cx, sight, { source, lines, since, say: say[i] })],
    );
    await settle(going);
    return exit.converged;
  }
  const found = await Promise.all(sources.map((source) => readAll(cx, sight, { source, lines, since })));
  const all = found.flatMap((each, i) => each.map((one) => ({ ...one, say: say[i] })));
  all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  for (const { say: tell, ...one } of all) tell?.(one, alone);
  if (all.length === 0 && !cx.json) cx.tell([line(piece(nothing(rows, options), 'dim'))]);
  return exit.converged;
}

interface Source {
  readonly name: string;
  readonly slot: string;
  readonly kind: 'container' | 'job';
  /** undefined: from what was kept. */
  readonly container: string | undefined;
}

/** Each container of a slot: two while one takes over from the other. */
function sourcesOf(row: Standing, standing: readonly { readonly key: string }[], options: LogsOptions): Source[] {
  const { kind, name, slot } = row;
  if (kind === 'job' || options.previous === true) return [{ name, slot, kind, container: undefined }];
  const containers = standing.map(({ key }) => key.slice('container/'.length));
  return containers.map((container) => ({ name: containers.length > 1 ? container : name, slot, kind, container }));
}

interface Reading {
  readonly source: Source;
  readonly lines: number | undefined;
  readonly since: string | undefined;
}

async function readAll(cx: CliContext, { config, host }: Sight, { lines, since, source }: Reading): Promise<LogLine[]> {
  if (source.container === undefined) {
    const what = source.kind === 'job' ? 'job' : 'previous';
    const kept = (await keptOutput(host, config, { slot: source.slot, what })) ?? [];
    return (lines === undefined ? kept : lines === 0 ? [] : kept.slice(-lines)).map((text) => ({ at: '', text }));
  }
  const found: LogLine[] = [];
  for await (const one of followContainer(host, source.container, { follow: false, lines, since, signal: cx.signal }))
    found.push(one);
  // stdout and stderr come by two pipes.
  return found.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

type Say = (one: LogLine, alone: boolean) => void;

async function follow(cx: CliContext, { host }: Sight, of: Reading & { say: Say | undefined }): Promise<void> {
  const { lines, say, since, source } = of;
  const options = { follow: true, lines, since, signal: cx.signal };
  for await (const one of followContainer(host, source.container ?? '', options)) say?.(one, false);
  if (!cx.signal.aborted && !cx.json) cx.tell([line(piece(`${source.container ?? source.name} ended`, 'dim'))]);
}

/** All of them to their end; Ctrl-C is how one stops looking, not an error. */
async function settle(going: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(going)) {
    if (result.status === 'fulfilled') continue;
    if (isFleetError(result.reason) && result.reason.code === 'RUN_CANCELLED') continue;
    throw result.reason;
  }
}

const colours: readonly Style[] = ['head', 'good', 'warn', 'bold'];

function speaker(
  cx: CliContext,
  source: Source,
  { options, style = 'dim', width }: { width: number; options: LogsOptions; style?: Style | undefined },
): Say {
  return ({ at, text }, alone) => {
    if (cx.json) {
      cx.printJson({ slot: source.slot, container: source.container ?? null, at: at === '' ? null : at, text });
      return;
    }
    const safe = cx.look.isTerminal ? harmless(text) : text;
    const time = options.timestamps === true && at !== '' ? [piece(`${at} `, 'dim')] : [];
    const name = alone ? [] : [piece(`${pad(source.name, width)} | `, style)];
    cx.print([line(...name, ...time, safe)]);
  };
}

function nothing(rows: readonly Standing[], options: LogsOptions): string {
  const names = rows.map((row) => row.name).join(', ');
  if (options.previous === true) return `${names}: nothing was kept of an earlier container`;
  if (rows.every((row) => row.kind === 'job')) return `${names}: has not run yet`;
  if (rows.every((row) => row.container === ''))
    return `${names}: there is no container; of the one before: reconcile logs ${rows[0]?.name ?? ''} --previous`;
  return `${names}: nothing printed`;
}
