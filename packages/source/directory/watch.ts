import type { FSWatcher } from 'chokidar';
import type { SourceContext } from '../contract.ts';
import { fleetRoots, sourceLimits } from '../layout.ts';
import { isTemporaryName } from './temporary-names.ts';

const quietMs = 150;
/** chokidar sees neither a swapped symlink nor edits behind its new target: the path is resolved again this often. */
const resolveEveryMs = 2_000;

/** Hints about a directory, debounced: an edit of several files is one. Ends with `cx.signal`. */
export async function watchDirectory(cx: SourceContext, path: string, onHint: () => void): Promise<void> {
  const { watch } = await import('chokidar');
  let pending: NodeJS.Timeout | undefined;
  let root: string | undefined;
  let watcher: FSWatcher | undefined;
  const hint = () => {
    pending ??= setTimeout(() => {
      pending = undefined;
      onHint();
    }, quietMs);
  };
  const open = async (): Promise<void> => {
    const now = await cx.host.files.realpath(path);
    if (now === root || cx.signal.aborted) return;
    await watcher?.close();
    const moved = root !== undefined;
    root = now;
    watcher =
      now === undefined
        ? undefined
        : watch(
            fleetRoots.map((name) => `${now}/${name}`),
            { ignoreInitial: true, depth: sourceLimits.depth, ignored: isIgnored },
          );
    watcher?.on('all', hint).on('error', hint);
    if (moved) hint();
  };
  let opening: Promise<void> = open();
  const again = setInterval(() => {
    opening = opening.then(open).catch(hint);
  }, resolveEveryMs);
  again.unref();
  const stop = () => {
    clearInterval(again);
    clearTimeout(pending);
    void opening.then(() => watcher?.close());
  };
  if (cx.signal.aborted) stop();
  else cx.signal.addEventListener('abort', stop, { once: true });
  await opening;
}

function isIgnored(path: string): boolean {
  return isTemporaryName(path.slice(path.lastIndexOf('/') + 1));
}
