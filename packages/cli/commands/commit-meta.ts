import type { Loaded } from '@reconcile/agent/desired';
import { authorName } from '@reconcile/core/render';

/** Subject and author as a heading has them; a directory has neither. */
export function commitMeta(commit: Loaded['commit']): { readonly message?: string; readonly author?: string } {
  const message = commit?.message.split('\n')[0] ?? '';
  const author = authorName(commit?.author ?? '');
  return { ...(message === '' ? {} : { message }), ...(author === '' ? {} : { author }) };
}
