import { isFleetError } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import { socketLines, watchDirectory } from '@reconcile/host/watch';
import { ensureService } from '../client/service.ts';
import { socketPath } from '../client/socket.ts';

/** Something happened to a container: worth a look, and nothing more. */
export interface ContainerHint {
  /** Runtime id; '' when it is not known. */
  readonly id: string;
  /** `exit` (a process ended), or podman's word: died, remove, create … */
  readonly what: string;
}

/**
 * Where conmon leaves a file for every container whose process ended: a millisecond after it, long before podman's own event.
 * containers.conf may move it (`tmp_dir`); then the events are what is left.
 */
function exitsDir(host: ReadHost): string {
  return host.proc.uid() === 0 ? '/run/libpod/exits' : `${host.home.runtimeDir}/libpod/tmp/exits`;
}

/** false: that directory cannot be watched now (before the first container, after a reset). `onEnd`: not any more. */
export function watchExits(
  host: ReadHost,
  watching: { onHint: (hint: ContainerHint) => void; onEnd: () => void; signal: AbortSignal },
): boolean {
  const { onEnd, onHint, signal } = watching;
  return watchDirectory(exitsDir(host), {
    signal,
    onEnd,
    // Under another name it is still being written: podman would not know yet, and a look would see neither life nor end.
    onChange: (name) => {
      if (/^[0-9a-f]{64}$/.test(name)) onHint({ id: name, what: 'exit' });
    },
  });
}

/** What of podman's events is worth a look. Probes inside containers (`exec`) are not. */
const telling = ['create', 'died', 'start', 'remove', 'pause', 'unpause', 'rename', 'restore'];

const query = new URLSearchParams({
  stream: 'true',
  filters: JSON.stringify({ type: ['container'], event: telling }),
});

/**
 * podman's own events for as long as its service lives: while this is open it does not end by itself. Resolves when the stream
 * ended; it is opened anew by whoever wants more. @throws HTTP_FAILED HTTP_CANCELLED
 */
export async function watchContainerEvents(
  host: Host,
  watching: { onOpen: () => void; onHint: (hint: ContainerHint) => void; signal: AbortSignal },
): Promise<void> {
  const { onHint, onOpen, signal } = watching;
  const socket = socketPath(host);
  if (!(await ensureService(host, socket, signal))) return;
  onOpen();
  try {
    for await (const line of socketLines(socket, `/v4.0.0/libpod/events?${query.toString()}`, signal)) {
      const hint = readEvent(line);
      if (hint !== undefined) onHint(hint);
    }
  } catch (error) {
    if (isFleetError(error) && error.code === 'HTTP_CANCELLED') return;
    throw error;
  }
}

/** One JSON line of the event stream; what cannot be read is still a hint. */
function readEvent(line: string): ContainerHint | undefined {
  if (line.trim() === '') return undefined;
  try {
    const event = JSON.parse(line) as { Action?: unknown; Actor?: { ID?: unknown } };
    const id = typeof event.Actor?.ID === 'string' ? event.Actor.ID : '';
    return { id, what: typeof event.Action === 'string' ? event.Action : '' };
  } catch {
    return { id: '', what: '' };
  }
}
