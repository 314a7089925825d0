import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import type { Sight } from '../documents/sight.ts';
import { followContainer } from '../output/follow.ts';
import { keptOutput } from '../output/kept.ts';
import { nodeStanding } from '../standing/node.ts';
import { originOf } from '../standing/origin.ts';
import { sceneOf } from '../standing/scene.ts';
import { plainName, rowsNamed } from '../subject/named.ts';
import type { LogChunk, LogsQuery } from './contract.ts';
import { Telling } from './telling.ts';

interface Source {
  readonly slot: string;
  readonly kind: 'container' | 'job';
  /** undefined: from what was kept. */
  readonly container: string | undefined;
}

interface Reading {
  readonly host: ReadHost;
  readonly config: NodeConfig;
  readonly query: LogsQuery;
  readonly signal: AbortSignal;
}

/** What programs of a service print: what there is in order of time, or each line as it comes. @throws NO_SERVICE */
export async function* serviceLogs(sight: Sight, query: LogsQuery, signal: AbortSignal): AsyncGenerator<LogChunk> {
  const { config, host } = sight;
  const scene = sceneOf(sight.seen);
  const standing = nodeStanding(scene, await originOf(config, host, sight.loaded), 'local');
  const rows = rowsNamed(standing, [plainName(query.name, standing.node)]);
  const sources = rows.flatMap(({ kind, slot }): Source[] => {
    if (kind === 'job' || query.previous === true) return [{ slot, kind, container: undefined }];
    return (scene.standing.get(slot) ?? []).map(({ key }) => ({
      slot,
      kind,
      container: key.slice('container/'.length),
    }));
  });
  const reading: Reading = { host, config, query, signal };
  if (query.follow === true) {
    yield* together(
      sources.filter(({ container }) => container !== undefined),
      reading,
    );
    return;
  }
  const found = await Promise.all(sources.map((source) => readAll(source, reading)));
  yield* found.flat().sort(byTime);
}

/** Each line as it comes, from whichever of them; ends when all have. */
async function* together(sources: readonly Source[], { host, query, signal }: Reading): AsyncGenerator<LogChunk> {
  const telling = new Telling<LogChunk>();
  const one = async ({ container = '', slot }: Source) => {
    const options = { follow: true, lines: query.tail, since: query.since, signal };
    for await (const line of followContainer(host, container, options)) await telling.put({ slot, container, ...line });
  };
  void Promise.all(sources.map(one)).then(
    () => telling.end(),
    (error: unknown) => (signal.aborted ? telling.end() : telling.fail(error)),
  );
  yield* telling;
}

async function readAll(
  { container, kind, slot }: Source,
  { config, host, query, signal }: Reading,
): Promise<LogChunk[]> {
  if (container === undefined) {
    const kept = (await keptOutput(host, config, { slot, what: kind === 'job' ? 'job' : 'previous' })) ?? [];
    const newest = query.tail === undefined ? kept : query.tail === 0 ? [] : kept.slice(-query.tail);
    return newest.map((text) => ({ slot, container: null, at: '', text }));
  }
  const found: LogChunk[] = [];
  const options = { follow: false, lines: query.tail, since: query.since, signal };
  for await (const line of followContainer(host, container, options)) found.push({ slot, container, ...line });
  return found.sort(byTime);
}

/** stdout and stderr come by two pipes. */
function byTime(a: LogChunk, b: LogChunk): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : 0;
}
