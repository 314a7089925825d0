import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import type { ExecInput } from '@reconcile/agent/service';

/** Chunks that wait for their turn before no more is read. */
const mostWaiting = 16;

/** What is typed or piped in, and how the terminal's size changes; `screen` undefined: there is none. */
export async function* typed(
  input: Readable,
  screen: Pick<WriteStream, 'columns' | 'rows' | 'on' | 'off'> | undefined,
): AsyncGenerator<ExecInput, void, undefined> {
  const waiting: ExecInput[] = [];
  let wake: () => void = () => undefined;
  const put = (one: ExecInput) => {
    waiting.push(one);
    if (waiting.length >= mostWaiting) input.pause();
    wake();
  };
  const onData = (chunk: Buffer) => put({ kind: 'bytes', data: chunk.toString('base64') });
  const onEnd = () => put({ kind: 'end' });
  const onResize = () => put({ kind: 'size', columns: screen?.columns || 80, rows: screen?.rows || 24 });
  input.on('data', onData).once('end', onEnd).once('error', onEnd);
  screen?.on('resize', onResize);
  try {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) {
        yield next;
        if (next.kind === 'end') return;
      } else {
        if (input.isPaused()) input.resume();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    input.off('data', onData).off('end', onEnd).off('error', onEnd);
    screen?.off('resize', onResize);
  }
}

/** Only as fast as it is taken. */
export async function writeTo(output: Writable, bytes: Uint8Array): Promise<void> {
  if (!output.write(bytes)) await once(output, 'drain').catch(() => undefined);
}
