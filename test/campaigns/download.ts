import { request } from 'node:https';

/** An answer that comes a line a second. */
export interface Download {
  isOpen(): boolean;
  /** When the other side ended it, ms since it was opened; waits that long from now at most; undefined: still open. */
  ended(withinMs: number): Promise<number | undefined>;
  /** Whether it came to its proper end. */
  finished(): Promise<boolean>;
  close(): void;
}

/** One that could not be opened: nothing more is to be said of it. */
export const noDownload: Download = {
  isOpen: () => true,
  ended: async () => 0,
  finished: async () => true,
  close: () => undefined,
};

interface Wanted {
  readonly port: number;
  readonly ca: string;
  readonly host: string;
  readonly forS: number;
}

/** Resolves with the first line. @throws when there is none */
export function openDownload({ ca, forS, host, port }: Wanted): Promise<Download> {
  const startedAt = performance.now();
  let endedMs: number | undefined;
  let text = '';
  let settle: () => void = () => undefined;
  const end = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return new Promise((resolve, reject) => {
    const to = { host: '127.0.0.1', port, path: `/cgi-bin/slow?${forS}`, servername: host, headers: { host }, ca };
    const sent = request({ ...to, agent: false }, (answer) => {
      answer.setEncoding('latin1');
      answer.on('data', (chunk: string) => {
        text += chunk;
        resolve(download);
      });
      answer.on('error', () => undefined);
      answer.on('close', () => {
        endedMs = performance.now() - startedAt;
        settle();
        reject(new Error(`${answer.statusCode}: ended before its first line`));
      });
    });
    const download: Download = {
      isOpen: () => endedMs === undefined,
      async ended(withinMs) {
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<void>((wake) => {
          timer = setTimeout(wake, withinMs);
        });
        await Promise.race([end, late]);
        clearTimeout(timer);
        return endedMs;
      },
      finished: () => end.then(() => text.endsWith('end\n')),
      close: () => sent.destroy(),
    };
    sent.on('error', reject);
    sent.end();
  });
}
