/**
 * Gives `work` a signal that fires at the deadline or with `outer`, and settles by then even if `work` does not: its late
 * result is dropped. The timer never outlives the call.
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  options: { timeoutMs: number; outer: AbortSignal; late: () => Error },
): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort(options.outer.reason);
  if (options.outer.aborted) stop();
  else options.outer.addEventListener('abort', stop, { once: true });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = options.late();
      controller.abort(error);
      reject(error);
    }, options.timeoutMs);
  });
  const working = work(controller.signal);
  working.catch(() => undefined);
  try {
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
    options.outer.removeEventListener('abort', stop);
  }
}
