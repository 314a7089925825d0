import { isFleetError } from '@reconcile/core';
import type { Host, Pipe } from '@reconcile/host';
import { fail, podmanFailure } from '../client/fail.ts';
import { apiRoot, type RestSocket, restJson } from '../client/rest-call.ts';
import { ensureService } from '../client/service.ts';
import { socketPath } from '../client/socket.ts';
import { type ExecChunk, framesOf } from './frames.ts';

export type { ExecChunk } from './frames.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** What is to run inside a container that runs. */
export interface ExecWish {
  readonly container: string;
  readonly argv: readonly string[];
  /** With a terminal of that size and kind (`TERM`); absent: three pipes. */
  readonly terminal?: TerminalSize & { readonly term: string };
}

/** A program inside a container, and both ends of what it reads and writes. */
export interface ExecSession {
  /** Until it ends; only as fast as it is read. With a terminal all of it is stdout. */
  readonly output: AsyncIterable<ExecChunk>;
  write(bytes: Uint8Array): Promise<void>;
  /** Its input ends here. */
  end(): void;
  resize(size: TerminalSize): Promise<void>;
  /** Once the output ended. @throws PODMAN_FAILED PODMAN_HUNG */
  exitCode(): Promise<number>;
  /** Whoever sat there is gone: SIGHUP, as a terminal would, where it is ours to signal. */
  hangUp(): Promise<void>;
}

const callTimeoutMs = 30_000;

/**
 * Begins a program inside a container, over podman's REST service (`/libpod/exec`, docs.podman.io/en/latest/_static/api.html);
 * when `signal` fires, nobody reads or writes any longer. @throws PODMAN_NO_SUCH PODMAN_STATE PODMAN_NO_COMMAND PODMAN_SERVICE …
 */
export async function openExec(host: Host, wish: ExecWish, signal: AbortSignal): Promise<ExecSession> {
  const { argv, container, terminal } = wish;
  const what = `run ${argv[0] ?? ''} in ${container}`;
  const path = socketPath(host);
  if (!(await ensureService(host, path, signal)))
    throw fail('PODMAN_SERVICE', { message: what, actual: 'its service does not begin', hint: 'reconcile doctor' });
  const socket: RestSocket = { http: host.http, socketPath: path, signal };
  const call = { what, timeoutMs: callTimeoutMs };
  const made = await restJson(socket, {
    ...call,
    method: 'POST',
    path: `/containers/${encodeURIComponent(container)}/exec`,
    json: {
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: terminal !== undefined,
      Cmd: argv,
      ...(terminal === undefined ? {} : { Env: [`TERM=${terminal.term}`] }),
    },
  });
  const id = idOf(made, what);
  const pipe = await started(host, { id, path, signal, what, terminal });
  return {
    output: terminal === undefined ? framesOf(pipe.incoming) : raw(pipe),
    write: (bytes) => pipe.write(bytes),
    end: () => pipe.end(),
    // It may have ended meanwhile: then its size is nobody's concern.
    resize: ({ columns, rows }) =>
      restJson(socket, {
        ...call,
        method: 'POST',
        path: `/exec/${id}/resize`,
        query: { h: String(rows), w: String(columns) },
      }).then(
        () => undefined,
        () => undefined,
      ),
    exitCode: async () =>
      exitCodeOf(await restJson(socket, { ...call, method: 'GET', path: `/exec/${id}/json` }), what),
    hangUp: async () => {
      const without = { ...socket, signal: AbortSignal.timeout(callTimeoutMs) };
      const { Pid, Running } = (await restJson(without, { ...call, method: 'GET', path: `/exec/${id}/json` })) as State;
      const ticks = Running === true && typeof Pid === 'number' ? await host.proc.startTicks(Pid) : undefined;
      if (ticks !== undefined) await host.kill(Pid as number, ticks, 'SIGHUP');
    },
  };
}

interface Starting {
  readonly id: string;
  readonly path: string;
  readonly signal: AbortSignal;
  readonly what: string;
  readonly terminal: TerminalSize | undefined;
}

async function started(host: Host, { id, path, signal, terminal, what }: Starting): Promise<Pipe> {
  const size = terminal === undefined ? {} : { h: terminal.rows, w: terminal.columns };
  try {
    return await host.http.upgrade({
      socketPath: path,
      url: `http://podman${apiRoot}/exec/${id}/start`,
      body: JSON.stringify({ Detach: false, Tty: terminal !== undefined, ...size }),
      timeoutMs: callTimeoutMs,
      signal,
    });
  } catch (error) {
    const said = isFleetError(error) && error.cause instanceof Error ? error.cause.message : String(error);
    throw podmanFailure(what, said);
  }
}

async function* raw({ incoming }: Pipe): AsyncGenerator<ExecChunk, void, undefined> {
  for await (const bytes of incoming) yield { to: 'stdout', bytes };
}

function idOf(made: unknown, what: string): string {
  const { Id } = (made ?? {}) as { Id?: unknown };
  if (typeof Id === 'string' && /^[0-9a-f]{12,64}$/.test(Id)) return Id;
  throw fail('PODMAN_GARBLED', { message: what, wanted: 'the id of an exec' });
}

interface State {
  readonly ExitCode?: unknown;
  readonly Pid?: unknown;
  readonly Running?: unknown;
}

function exitCodeOf(state: unknown, what: string): number {
  const { ExitCode } = (state ?? {}) as State;
  if (typeof ExitCode === 'number') return ExitCode;
  throw fail('PODMAN_GARBLED', { message: what, wanted: 'an exit code' });
}
