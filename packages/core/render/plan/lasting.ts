import type { Action, Plan } from '../../model/plan.ts';

/**
 * What of a plan stays when the commit before it comes back (specs/0008-confirm-within.md), one sentence each. Containers, routes,
 * records, files and networks go back whole. Pure.
 */
export function lastingWords({ actions }: Pick<Plan, 'actions'>): string[] {
  const words = actions.flatMap((action) => whyLasting(action) ?? []);
  const isNew = actions.some(({ kind, verb }) => kind === 'container' && verb === 'create');
  return [...new Set(words), ...(isNew ? ['data: what a new version writes to it is not put back'] : [])];
}

function whyLasting({ key, kind, slot, verb }: Action): string | undefined {
  const name = key.slice(key.indexOf('/') + 1);
  if (kind === 'job' && verb === 'run') return `job ${slot}: what it does is not undone`;
  if (kind === 'volume' && verb === 'create') return `volume ${name}: it is made and stays, data is never removed`;
  if (kind === 'certificate' && (verb === 'create' || verb === 'renew'))
    return `certificate ${name}: it is issued and stays valid`;
  return undefined;
}
