import { Agent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';

export interface WebAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface Ask {
  readonly port: number;
  readonly host: string;
  readonly path?: string;
  readonly timeoutMs?: number;
  /** SNI and verified name; the certificate to trust. */
  readonly ca?: string;
  readonly agent?: Agent;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Asks once more on a new connection where a kept one was closed before any answer, as browsers and curl do (RFC 9112, section
   * 9.3.1). For passthrough: there the program closes it, and no proxy could ask again.
   */
  readonly asksAgain?: boolean;
}

/** One request to 127.0.0.1 for a name. */
export function get(ask: Ask): Promise<WebAnswer> {
  const options: RequestOptions & { servername?: string; ca?: string } = {
    host: '127.0.0.1',
    port: ask.port,
    path: ask.path ?? '/',
    headers: { host: ask.host, ...ask.headers },
    agent: ask.agent ?? false,
    timeout: ask.timeoutMs ?? 30_000,
    ...(ask.ca === undefined ? {} : { servername: ask.host, ca: ask.ca }),
  };
  return new Promise((resolve, reject) => {
    const send = ask.ca === undefined ? httpRequest : tlsRequest;
    const request = send(options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer for ${ask.host} in time`)));
    request.on('error', (error: Error & { readonly code?: string }) => {
      const again = ask.asksAgain === true && request.reusedSocket && error.code === 'ECONNRESET';
      if (!again) return reject(error);
      const { agent: _kept, ...anew } = ask;
      get({ ...anew, asksAgain: false }).then(resolve, reject);
    });
    request.end();
  });
}

export interface LoadReport {
  readonly total: number;
  readonly failures: readonly string[];
  readonly slowestMs: number;
  /** Not sent, because so many were under way: the machine did not keep up, or nobody answered. */
  readonly heldBack: number;
}

/** More at once would measure whoever asks. */
const mostAtOnce = 2000;

/** Who is asked, and which answers are right. */
export interface LoadTarget extends Omit<Ask, 'agent'> {
  isRight(body: string): boolean;
}

/**
 * Asks at a steady rate, every other request on a connection of its own, the rest on kept ones, until stopped; then waits for
 * what is under way.
 */
export function startLoad(targets: readonly LoadTarget[], perSecond: number): { stop(): Promise<LoadReport> } {
  const kept = new Agent({ keepAlive: true, maxSockets: 32 });
  const keptTls = new TlsAgent({ keepAlive: true, maxSockets: 32 });
  const failures: string[] = [];
  const running = new Set<Promise<void>>();
  let total = 0;
  let slowestMs = 0;
  let heldBack = 0;
  const one = async (target: LoadTarget, agent: Agent | undefined) => {
    const started = performance.now();
    try {
      const answer = await get({ ...target, ...(agent === undefined ? {} : { agent }) });
      if (answer.status !== 200 || !target.isRight(answer.body)) {
        failures.push(`${target.host} ${answer.status} ${answer.body.slice(0, 40)}`);
      }
    } catch (error) {
      failures.push(`${target.host} ${agent === undefined ? 'new' : 'kept'}: ${String(error)}`);
    }
    slowestMs = Math.max(slowestMs, performance.now() - started);
  };
  const begun = performance.now();
  const timer = setInterval(() => {
    // Catches up when the timer was late, so that the rate holds.
    while (total + heldBack < ((performance.now() - begun) / 1000) * perSecond) {
      if (running.size >= mostAtOnce) {
        heldBack++;
        continue;
      }
      const target = targets[total % targets.length] as LoadTarget;
      const agent = Math.floor(total / targets.length) % 2 === 0 ? undefined : target.ca === undefined ? kept : keptTls;
      total++;
      const asked: Promise<void> = one(target, agent as Agent | undefined).finally(() => running.delete(asked));
      running.add(asked);
    }
  }, 2);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      kept.destroy();
      keptTls.destroy();
      return { total, failures, slowestMs: Math.round(slowestMs), heldBack };
    },
  };
}
