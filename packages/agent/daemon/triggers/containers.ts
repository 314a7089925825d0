import type { ContainerHint } from '@reconcile/drivers/podman/hints';
import { problemOf } from '../problem.ts';
import type { Rearm, TriggerContext } from '../trigger.ts';

/** Between two tries to open the event stream, ms: first and longest. */
const firstPauseMs = 250;
const longestPauseMs = 30_000;

/**
 * Hints of containers: conmon's exit files, a millisecond after a process ended, and podman's own events for what leaves no
 * such file. Both may be missing or end; the resync sees everything anyway.
 */
export async function watchContainers(cx: TriggerContext): Promise<Rearm> {
  if (cx.config.drivers.containers !== 'podman') return { rearm: () => undefined };
  const { watchContainerEvents, watchExits } = await import('@reconcile/drivers/podman/hints');
  const onHint = ({ id }: ContainerHint) => cx.hintContainer(id);
  let isWatching = false;
  const rearm = () => {
    if (isWatching || cx.signal.aborted) return;
    isWatching = watchExits(cx.host, {
      signal: cx.signal,
      onHint,
      onEnd: () => {
        isWatching = false;
      },
    });
  };
  rearm();
  void follow(cx, (onOpen) => watchContainerEvents(cx.host, { onHint, onOpen, signal: cx.signal }), rearm);
  return { rearm };
}

/** Opens the stream again and again, with growing pauses while that fails. A stream that ended may have kept things from us. */
async function follow(
  cx: TriggerContext,
  open: (onOpen: () => void) => Promise<void>,
  rearm: () => void,
): Promise<void> {
  let pauseMs = firstPauseMs;
  while (!cx.signal.aborted) {
    try {
      await open(() => {
        pauseMs = firstPauseMs;
        cx.problem('podman-events', undefined);
        rearm();
        cx.hint('containers');
      });
    } catch (error) {
      cx.problem('podman-events', problemOf(error));
    }
    try {
      await cx.host.clock.sleep(pauseMs, cx.signal);
    } catch {
      return;
    }
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  }
}
