import { Agent, request } from 'node:https';
import type { LookupFunction } from 'node:net';

/** Where requests go: by name, and believed by one root alone. */
export interface Site {
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly root: string;
  readonly lookup: LookupFunction;
}

/** One GET by name over verified TLS; the body. Anything but a 200 is a failure. */
export function ask({ host, lookup, port, root }: Site, agent?: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host, port, path: '/', ca: root, lookup, timeout: 30_000, agent: agent ?? false },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          const body = Buffer.concat(parts).toString();
          if (answer.statusCode === 200) resolve(body);
          else reject(new Error(`status ${answer.statusCode}`));
        });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer within 30 s')));
    sent.on('error', reject);
    sent.end();
  });
}

export interface LoadReport {
  readonly sent: number;
  readonly failed: number;
  readonly slowestMs: number;
  /** Body → how often. */
  readonly answers: ReadonlyMap<string, number>;
  readonly errors: readonly string[];
}

/** A steady stream of requests, half of them on kept connections, half on new ones, until it is stopped. */
export function startLoad(site: Site, perSecond: number): { stop(): Promise<LoadReport> } {
  const kept = new Agent({ keepAlive: true, maxSockets: 16 });
  const answers = new Map<string, number>();
  const errors: string[] = [];
  const open = new Set<Promise<void>>();
  let sent = 0;
  let slowestMs = 0;
  const one = async (agent: Agent | undefined) => {
    const at = performance.now();
    try {
      const body = (await ask(site, agent)).trim();
      answers.set(body, (answers.get(body) ?? 0) + 1);
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
    }
    slowestMs = Math.max(slowestMs, Math.round(performance.now() - at));
  };
  const timer = setInterval(() => {
    const call: Promise<void> = one(sent++ % 2 === 0 ? kept : undefined).finally(() => open.delete(call));
    open.add(call);
  }, 1000 / perSecond);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      kept.destroy();
      return { sent, failed: errors.length, slowestMs, answers, errors };
    },
  };
}
