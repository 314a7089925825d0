import type { ReadHost } from '@reconcile/host';
import { fail } from '../client/fail.ts';
import { type ApartPlace, temporaryDir } from './place.ts';
import { askStore, type StoreWord } from './store.ts';

/** What of a podman's word does not lie in the place that was made for it; empty: all of it does. */
export function outside(place: ApartPlace, word: StoreWord): readonly string[] {
  const wanted = [
    ['graphRoot', word.graphRoot, place.storage],
    ['runRoot', word.runRoot, place.run],
    ['volumePath', word.volumePath, place.storage],
  ] as const;
  return wanted.flatMap(([name, path, root]) => (isInside(path, root) ? [] : [`${name} ${path}`]));
}

/** As text, and without a way up: podman prints its paths clean. */
function isInside(path: string, root: string): boolean {
  if (path.split('/').includes('..')) return false;
  return path === root || path.startsWith(`${root}/`);
}

/**
 * The first thing asked of a podman in a place of its own: until it said that everything it has lies there, nothing may be made
 * or removed by it. `host` is the one with that podman's environment. @throws PODMAN_NOT_APART, and what podman refuses
 */
export async function proveApart(host: ReadHost, place: ApartPlace, signal: AbortSignal): Promise<StoreWord> {
  const word = await askStore(host, signal);
  const found = [...outside(place, word)];
  // Locks in shared memory leave no directory: they would be the user's own.
  const locks = `${temporaryDir(place)}/locks`;
  if ((await host.files.stat(locks))?.kind !== 'directory') found.push(`no locks in ${locks}`);
  if (found.length === 0) return word;
  throw fail('PODMAN_NOT_APART', {
    message: 'use a podman of its own',
    wanted: `everything below ${place.storage} and ${place.run}`,
    actual: found.join(', '),
    hint: 'look for what overrules it: podman info; ls /etc/containers',
  });
}
