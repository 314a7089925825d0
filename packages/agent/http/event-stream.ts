import type { ServerResponse } from 'node:http';
import type { StreamItem } from './endpoint.ts';
import { problemOf } from './problem.ts';

const heartbeatMs = 15_000;
/** A client that takes nothing for so long is gone, or does not want to be. */
const stuckMs = 30_000;

/** How many streams may be open at once; the next one is told to come back. */
export class StreamPlaces {
  readonly #most: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get taken(): number {
    return this.#taken;
  }

  take(): boolean {
    if (this.#taken >= this.#most) return false;
    this.#taken++;
    return true;
  }

  leave(): void {
    this.#taken--;
  }
}

/**
 * Writes items as server-sent events, with a heartbeat, until they end or the client goes. One item is in hand at a time: a slow
 * client slows its own reading, and whoever makes the items bounds what waits for it.
 */
export async function writeStream(
  response: ServerResponse,
  items: AsyncIterable<StreamItem>,
  {
    headers,
    onError,
  }: { readonly headers: Readonly<Record<string, string>>; readonly onError: (error: unknown) => void },
): Promise<void> {
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write('retry: 2000\n\n');
  const beat = setInterval(() => response.write(': ok\n\n'), heartbeatMs);
  try {
    for await (const item of items) {
      if (response.destroyed || response.writableEnded) return;
      if (!response.write(textOf(item))) await drained(response);
    }
    response.end();
  } catch (error) {
    const data = problemOf(error);
    if (data.code === 'NOT_FORESEEN') onError(error);
    if (!response.destroyed) response.end(textOf({ event: 'problem', data }));
  } finally {
    clearInterval(beat);
  }
}

function textOf({ data, event, id }: StreamItem): string {
  const lead = id === undefined ? '' : `id: ${id}\n`;
  return `${lead}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => response.destroy(), stuckMs);
    const done = () => {
      clearTimeout(timer);
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}
