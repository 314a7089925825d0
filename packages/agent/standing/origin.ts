import type { Instant } from '@reconcile/core';
import { authorName, type SourceStanding } from '@reconcile/core/render';
import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import type { Loaded } from '../desired/model.ts';
import type { Origin } from './node.ts';

/** Who wrote the commit that counts, and whether its source could be asked. */
export async function originOf(config: NodeConfig, host: ReadHost, loaded: Loaded): Promise<Origin> {
  const { commit } = loaded;
  return {
    message: commit?.message.split('\n')[0] ?? '',
    author: authorName(commit?.author ?? ''),
    committedAt: commit?.at ?? 0,
    source: await sourceStanding(config, host, loaded),
  };
}

async function sourceStanding(config: NodeConfig, host: ReadHost, { trouble }: Loaded): Promise<SourceStanding> {
  if (trouble !== undefined) return { isWell: false, text: `${trouble.code}: ${trouble.message}` };
  const fetchedAt = await lastFetch(config, host);
  return fetchedAt === undefined
    ? { isWell: true, text: 'ok' }
    : { isWell: true, text: 'fetched', checkedAt: fetchedAt };
}

/** Of a source without a remote there is nothing to fetch: it was read just now. */
async function lastFetch({ source, stateDir }: NodeConfig, host: ReadHost): Promise<Instant | undefined> {
  if (source.type !== 'git' || source.remote === '') return undefined;
  const { fetchedAt } = await import('@reconcile/source/git');
  const { branch, path, remote, subdir } = source;
  return fetchedAt(host, { path, branch, subdir, remote, mirror: `${stateDir}/mirror.git` });
}
