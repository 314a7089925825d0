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

/** The commit that last changed a service's file; undefined where no git repository knows. Reads only. */
export async function lastChangeOf(
  config: NodeConfig,
  service: string,
  cx: { host: ReadHost; signal: AbortSignal },
): Promise<CommitWords | undefined> {
  const { source } = config;
  if (source.type !== 'git') return undefined;
  const { fileHistory } = await import('@reconcile/source/git');
  const below = source.subdir === '' ? '' : `${source.subdir}/`;
  const found = await fileHistory(cx, { repo: source.path, path: `${below}services/${service}.toml`, limit: 1 });
  const [last] = found.ok ?? [];
  if (last === undefined) return undefined;
  const { at, author, commit, message } = last;
  return { commit, message, author: authorName(author), at };
}
