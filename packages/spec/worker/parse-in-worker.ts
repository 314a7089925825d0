import { Worker } from 'node:worker_threads';
import { errorFactory, type FleetError } from '@reconcile/core';
import { specErrors } from '../errors.ts';
import type { ParseResult } from '../parse/snapshot.ts';
import type { Task } from './serve.ts';

const fail = errorFactory(specErrors);

export interface WorkerOptions {
  /**
   * What the thread runs: `parse/worker.ts` bundled to a file of its own, or a whole program whose entry begins with
   * `if (isParseWorker()) await serveParse(); else …`. Without it, as when running from source, which a thread cannot load
   * (Node 20 has no loader for TypeScript in workers), the definitions are read in this thread, and no deadline holds.
   */
  readonly entry?: URL | string;
  /** For everything, once the thread has begun to read; default 250 ms for each definition, at least 2000. */
  readonly deadlineMs?: number;
  /** Without getting to the next file; default 5000. */
  readonly fileMs?: number;
  readonly signal?: AbortSignal;
}

/** The thread's memory, MiB: a snapshot at its limits needs a fraction of it. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };
/** For the thread to come up: a small machine that has just booted reads its disk for seconds. */
const startMs = 30_000;
const lookMs = 50;

/**
 * `parseSnapshot` in a thread of its own that is ended at a deadline: a definition can neither hang nor crash the caller.
 * @throws SPEC_TIMEOUT (names the slow file), SPEC_WORKER
 */
export async function parseInWorker(
  files: ReadonlyMap<string, Uint8Array>,
  options: WorkerOptions = {},
): Promise<ParseResult> {
  const { entry } = options;
  if (entry === undefined) {
    const { parseSnapshot } = await import('../parse/snapshot.ts');
    return parseSnapshot(files);
  }
  const paths = [...files.keys()].filter((file) => file.endsWith('.toml')).sort();
  const deadlineMs = options.deadlineMs ?? Math.max(2000, 250 * paths.length);
  const fileMs = options.fileMs ?? 5000;
  const progress = new SharedArrayBuffer(8);
  const task: Task = { reconcile: 'parse', files, paths, progress };
  const worker = new Worker(entry, { workerData: task, resourceLimits, env: {} });

  return new Promise<ParseResult>((resolve, reject) => {
    const began = performance.now();
    let steps = -1;
    let stepAt = began;
    let readAt: number | undefined;
    const watch = setInterval(() => {
      const now = performance.now();
      const [, seen = 0] = new Int32Array(progress);
      if (seen !== steps) [steps, stepAt] = [seen, now];
      if (seen > 0) readAt ??= now;
      if (readAt === undefined) {
        if (now - began >= startMs) finish(() => reject(timeout(startMs)));
      } else if (now - readAt >= deadlineMs) finish(() => reject(timeout(deadlineMs)));
      else if (now - stepAt >= fileMs) finish(() => reject(timeout(fileMs)));
    }, lookMs);

    const timeout = (ms: number): FleetError => {
      const [at = -1, seen = 0] = new Int32Array(progress);
      const file = seen === 0 ? undefined : paths[at];
      const what = file === undefined ? 'read the definitions' : `read ${file}`;
      return fail('SPEC_TIMEOUT', {
        message: what,
        wanted: `an answer within ${ms} ms`,
        actual: 'none',
        hint: file === undefined ? 'is the machine overloaded?' : `look at ${file}`,
      });
    };
    const aborted = () => finish(() => reject(options.signal?.reason));
    const finish = (settle: () => void) => {
      clearInterval(watch);
      options.signal?.removeEventListener('abort', aborted);
      worker.removeAllListeners();
      // A terminated thread may still report an error; nobody is waiting for it.
      worker.on('error', () => {});
      void worker.terminate().finally(settle);
    };

    worker.once('message', (result: ParseResult) => finish(() => resolve(result)));
    worker.once('error', (cause) =>
      finish(() => reject(fail('SPEC_WORKER', { message: 'read the definitions in a thread', cause }))),
    );
    worker.once('exit', (code) =>
      finish(() =>
        reject(fail('SPEC_WORKER', { message: 'read the definitions in a thread', actual: `it ended with ${code}` })),
      ),
    );
    if (options.signal?.aborted === true) aborted();
    else options.signal?.addEventListener('abort', aborted, { once: true });
  });
}
