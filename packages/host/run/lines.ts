import type { RunOptions } from '../contract.ts';
import { fail } from '../errors.ts';
import { commandName, startFailure, stopFailure } from './failure.ts';
import { endGroup } from './group.ts';

export type LinesOptions = Omit<RunOptions, 'stdin'> & { readonly stderr?: boolean };

export interface LinesRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly options: LinesOptions;
  readonly env: Readonly<Record<string, string>>;
}

/** A longer line is handed on in pieces: what a container prints must not fill our memory. */
const longestLine = 256 * 1024;

/** Lines of a child's output as they come. @throws as `childOutput` */
export function childLines(request: LinesRequest): AsyncIterable<string> {
  return childOutput(request, splitLines);
}

/** A child's output as it comes. @throws as `childOutput` */
export function childBytes(request: LinesRequest): AsyncIterable<Uint8Array> {
  return childOutput(request, (chunks) => chunks);
}

/**
 * What `read` makes of a child's output. Leaving the loop, the deadline and `signal` end its process group.
 * @throws RUN_TIMEOUT RUN_MISSING RUN_CANCELLED RUN_KILLED RUN_FAILED
 */
async function* childOutput<T>(
  request: LinesRequest,
  read: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<T>,
): AsyncIterable<T> {
  const { program, args, options } = request;
  const { signal, timeoutMs } = options;
  if (signal?.aborted) throw stopFailure({ program, args, timeoutMs }, true);
  const { execa } = await import('execa');
  const child = execa(program, args, {
    detached: true,
    cleanup: false,
    extendEnv: false,
    env: request.env,
    stdin: 'ignore',
    stderr: options.stderr === true ? 'pipe' : 'ignore',
    all: options.stderr === true,
    buffer: false,
    reject: false,
    cwd: options.cwd ?? '/',
  });
  const output = options.stderr === true ? child.all : child.stdout;
  let stopped: Error | undefined;
  const stop = (failure: Error) => {
    stopped ??= failure;
    if (child.pid !== undefined) endGroup(child.pid);
    output?.destroy();
  };
  const onAbort = () => stop(stopFailure({ program, args, timeoutMs }, true));
  const deadline = setTimeout(
    () => stop(stopFailure({ program, args, timeoutMs }, false)),
    Math.min(timeoutMs, 2 ** 31 - 1),
  );
  signal?.addEventListener('abort', onAbort, { once: true });
  let complete = false;
  try {
    if (output !== undefined && output !== null) yield* read(output);
    if (stopped !== undefined) throw stopped;
    const result = await child;
    complete = true;
    if (result.exitCode === 0) return;
    if (result.exitCode !== undefined)
      throw fail('RUN_FAILED', {
        message: `run ${commandName(program, args)}`,
        actual: `exit code ${result.exitCode}`,
      });
    if (result.signal !== undefined)
      throw fail('RUN_KILLED', { message: `run ${commandName(program, args)}`, actual: `ended by ${result.signal}` });
    throw startFailure(program, args, result.cause ?? result);
  } catch (error) {
    throw stopped ?? error;
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', onAbort);
    if (!complete && child.pid !== undefined) endGroup(child.pid);
  }
}

async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
    if (rest.length > longestLine) {
      yield rest;
      rest = '';
    }
  }
  if (rest !== '') yield rest;
}
