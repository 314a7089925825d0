import { authorName, type CommitWords, type NodePast } from '@reconcile/core/render';
import type { ReadHost } from '@reconcile/host';
import { latestGeneration, listEvents, type Registry } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';

/** What the registry remembers of the node as a whole. */
export function nodePast(registry: Registry, config: NodeConfig): NodePast {
  const { source } = config;
  const from = source.type === 'directory' ? `directory ${source.path}` : `git ${source.path}, branch ${source.branch}`;
  return registry.read((rows) => {
    const generation = latestGeneration(rows);
    const last = listEvents(rows, { limit: 500 }).findLast(({ event }) => event.type === 'cycle.finished');
    return {
      from,
      ...(generation?.appliedAt === undefined ? {} : { appliedAt: generation.appliedAt }),
      ...(generation?.convergedAt === undefined ? {} : { convergedAt: generation.convergedAt }),
      ...(last === undefined ? {} : { lastPassAt: last.event.at }),
    };
  });
}

/**
 * The commit that last changed a service's file, up to the one that counts here; undefined where no git repository knows.
 * With a remote that is our mirror: the user's own checkout may hold what was never pushed. Reads only.
 */
export async function lastChangeOf(
  config: NodeConfig,
  service: string,
  cx: { host: ReadHost; signal: AbortSignal; commit: string },
): Promise<CommitWords | undefined> {
  const { source, stateDir } = config;
  if (source.type !== 'git' || cx.commit === '') return undefined;
  const { fileHistory } = await import('@reconcile/source/git');
  const below = source.subdir === '' ? '' : `${source.subdir}/`;
  const query = { path: `${below}services/${service}.toml`, limit: 1, from: cx.commit };
  const mirror = `${stateDir}/mirror.git`;
  const isMirrored = source.remote !== '' && (await cx.host.files.stat(`${mirror}/HEAD`)) !== undefined;
  const found = await fileHistory(cx, { ...query, repo: isMirrored ? mirror : source.path });
  const [last] = found.ok ?? [];
  if (last === undefined) return undefined;
  const { at, author, commit, message } = last;
  return { commit, message, author: authorName(author), at };
}
