import { type FSWatcher, watch } from 'node:fs';

/**
 * Calls `onChange` with the name of what came, went or changed in a directory, about a millisecond after. false: it cannot be
 * watched (not there, no watches left). A hint can be missed, and a directory that is made anew is another one.
 */
export function watchDirectory(
  path: string,
  { onChange, onEnd, signal }: { onChange: (name: string) => void; onEnd: () => void; signal: AbortSignal },
): boolean {
  if (signal.aborted) return false;
  let watcher: FSWatcher;
  try {
    watcher = watch(path, { persistent: false });
  } catch {
    return false;
  }
  const stop = () => {
    signal.removeEventListener('abort', stop);
    watcher.close();
  };
  signal.addEventListener('abort', stop, { once: true });
  watcher.on('change', (_type, name) => onChange(String(name)));
  watcher.on('error', () => {
    stop();
    onEnd();
  });
  return true;
}
