import { isMainThread, parentPort, workerData } from 'node:worker_threads';

/** What the main thread hands over. */
export interface Task {
  readonly reconcile: 'parse';
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Definitions in the order their numbers count. */
  readonly paths: readonly string[];
  /** One Int32: number of the file in work. Shared, so that it can be read while this thread is stuck. */
  readonly progress: SharedArrayBuffer;
}

/** Is this thread one that `parseInWorker` started? A bundle's entry asks this first. */
export function isParseWorker(): boolean {
  return !isMainThread && (workerData as Task | null)?.reconcile === 'parse';
}

/** The worker's half: reads the definitions, answers once, ends. */
export async function serveParse(): Promise<void> {
  const { files, paths, progress } = workerData as Task;
  const { parseSnapshot } = await import('../parse/snapshot.ts');
  const numbers = new Map(paths.map((path, i) => [path, i]));
  const at = new Int32Array(progress);
  const result = await parseSnapshot(files, (file) => {
    Atomics.store(at, 0, numbers.get(file) ?? -1);
    Atomics.add(at, 1, 1);
  });
  parentPort?.postMessage(result);
}
