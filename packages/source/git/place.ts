import type { ReadHost } from '@reconcile/host';
import { problem, type SourceOutcome } from '../contract.ts';
import { findRepository, type Repository } from './repository.ts';
import type { GitSettings } from './settings.ts';

/** The repository and ref that desired state is read from. */
export interface Place {
  readonly repository: Repository;
  readonly ref: string;
}

/** A remote's short name, as opposed to an address. */
export function isRemoteName(remote: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(remote);
}

/**
 * Without a remote: the branch at `path`. With one: what we fetched into our mirror; before the first fetch what the user
 * fetched into `path`. The user's own branch never stands in for a remote: it may hold what was never pushed.
 */
export async function findPlace(host: ReadHost, settings: GitSettings): Promise<SourceOutcome<Place>> {
  const { branch, mirror, path, remote } = settings;
  if (remote !== '' && (await host.files.stat(`${mirror}/HEAD`)) !== undefined) {
    return { ok: { repository: { path: mirror, gitDir: mirror, commonDir: mirror }, ref: `refs/heads/${branch}` } };
  }
  if (remote !== '' && !isRemoteName(remote))
    return problem('Missing', `${remote}: not fetched yet`, 'reconcile fetches it; a dry run does not');
  const found = await findRepository(host, path);
  if (found.ok === undefined) return found;
  return {
    ok: { repository: found.ok, ref: remote === '' ? `refs/heads/${branch}` : `refs/remotes/${remote}/${branch}` },
  };
}
