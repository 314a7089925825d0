import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Place } from './place.ts';

const quietMs = 100;

/** Hints that a ref moved: git renames a lock file over it. A packed ref first becomes loose, so its directory may not be there yet. */
export function watchRef(place: Place, signal: AbortSignal, onHint: () => void): void {
  const { commonDir } = place.repository;
  let timer: NodeJS.Timeout | undefined;
  const hint = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      onHint();
    }, quietMs);
  };
  const watchers = [dirname(`${commonDir}/${place.ref}`), commonDir].flatMap((directory) =>
    watchDirectory(directory, hint),
  );
  const stop = () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
}

/** Nothing where it cannot be watched (gone, or no watches left): the poll still finds every change. */
function watchDirectory(directory: string, onChange: () => void): FSWatcher[] {
  try {
    const watcher = watch(directory, { persistent: false }, onChange);
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}
