import { type Instant, isFleetError, type Json } from '@reconcile/core';
import type { Host, HttpRequest } from '@reconcile/host';
import { loadLedger, type Registry } from '@reconcile/registry';
import { bootReport } from '../boot/report.ts';
import type { NodeConfig } from '../config/model.ts';
import { space } from '../doctor/families/space.ts';
import { keepNotes } from '../memory/memory.ts';
import type { Problem } from '../service/state.ts';
import { advance, keptMs, nextOf, tried, without } from './book.ts';
import { fail } from './errors.ts';
import { type Book, emptyBook, type Waiting } from './model.ts';
import { bodyOf } from './template.ts';
import { type Known, troublesOf } from './troubles.ts';

/** Under this name the book is kept in the registry. */
const note = 'notify/book';
/** One request, ms: at the agent's end the one in hand is waited for. */
const requestTimeoutMs = 5_000;
/** Pause after a failure, ms: doubling. */
const pause = { firstMs: 1_000, longestMs: 300_000 } as const;
/** The heartbeat goes out at most this often, ms. */
export const beatMs = 60_000;
/** Answers that sending again will not change; after so many tries the message is dropped. */
const refusals: ReadonlySet<number> = new Set([400, 413, 422]);
const mostRefused = 3;

export interface NotifierParts {
  readonly host: Pick<Host, 'clock' | 'files' | 'home' | 'http'>;
  readonly registry: Registry;
  /** As it is now: it may change with a reload. */
  config(): NodeConfig;
  problem(name: 'notify' | 'heartbeat', problem: Problem | undefined): void;
}

/**
 * Tells one webhook of every incident once, and when it is over; asks the heartbeat's address after good passes. Neither ever keeps a pass
 * waiting. What is in the outbox is sent after a restart; what was tried before may arrive again, with the same id.
 */
export class Notifier {
  readonly #parts: NotifierParts;
  readonly #stop = new AbortController();
  #book: Book;
  #noting: Promise<void> = Promise.resolve();
  #sending: Promise<void> | undefined;
  #beating: Promise<void> | undefined;
  #beatAt: Instant | undefined;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
    this.#book = bookFrom(loadLedger(parts.registry).notes[note]);
  }

  /** After each pass, whatever became of it. Never throws; `idle` says when all of it is noted. */
  passed(known: Omit<Known, 'boot' | 'space'>): void {
    const { heartbeatUrl, webhook } = this.#parts.config().notify ?? {};
    if (heartbeatUrl !== undefined && known.last?.outcome === 'converged') this.#beat(heartbeatUrl);
    if (webhook === undefined) return;
    this.#noting = this.#noting.then(() => this.#note(known)).catch((error: unknown) => this.#trouble(error));
  }

  /** Until everything known so far is noted and, as far as the other end takes it, sent. */
  async idle(): Promise<void> {
    await this.#noting;
    await Promise.all([this.#sending, this.#beating]);
  }

  /** The request in hand ends, nothing more is begun; what waits is sent by the next agent. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.idle();
  }

  async #note(known: Omit<Known, 'boot' | 'space'>): Promise<void> {
    const { host, registry } = this.#parts;
    const config = this.#parts.config();
    const now = host.clock.now();
    const notes = loadLedger(registry).notes;
    const { desired, observed } = known.look === undefined ? {} : { ...known.look.seen.input, ...known.look.seen };
    const boot = observed === undefined ? undefined : bootReport(registry, observed.bootId, now);
    const troubles = troublesOf({ ...known, boot, space: await space({ config, host, notes }) });
    const sight = { troubles, isWhole: known.look !== undefined, node: config.node, fleet: desired?.fleet ?? '', now };
    await this.#keep(advance(this.#book, sight));
    if (this.#book.outbox.length > 0 && !this.#stop.signal.aborted) this.#send();
  }

  /** Written only when something is new. */
  async #keep(book: Book): Promise<void> {
    if (book === this.#book) return;
    this.#book = book;
    await keepNotes(this.#parts.registry, { [note]: book as unknown as Json });
  }

  #send(): void {
    this.#sending ??= this.#empty()
      .catch((error: unknown) => this.#trouble(error))
      .finally(() => {
        this.#sending = undefined;
      });
  }

  /** One message after another until nothing waits. */
  async #empty(): Promise<void> {
    const { clock } = this.#parts.host;
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      const stale = this.#book.outbox.filter(({ at }) => clock.now() - at > keptMs);
      if (stale.length > 0) await this.#keep(without(this.#book, stale));
      const next = nextOf(this.#book, clock.now());
      const { template, webhook } = this.#parts.config().notify ?? {};
      if (next === undefined || webhook === undefined) return;
      if ('waitMs' in next) {
        await clock.sleep(next.waitMs, signal).catch(() => undefined);
        continue;
      }
      const { of, send } = next;
      // It may arrive although its answer does not: from here on it counts as heard of.
      await this.#keep(tried(this.#book, of));
      const { text, type } = bodyOf(send, template);
      const headers = { 'content-type': type, 'idempotency-key': encodeURIComponent(send.id) };
      const status = await this.#ask({ method: 'POST', url: webhook, headers, body: text });
      if (typeof status === 'number' && status >= 200 && status < 300) {
        failures = 0;
        this.#parts.problem('notify', undefined);
        await this.#keep(without(this.#book, of, clock.now()));
        continue;
      }
      this.#trouble(notTaken(status, of));
      if (typeof status === 'number' && refusals.has(status) && isRefused(this.#book, of)) {
        await this.#keep(without(this.#book, of));
        continue;
      }
      const pauseMs = Math.min(pause.longestMs, pause.firstMs * 2 ** failures++);
      await clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  }

  #beat(url: string): void {
    const { host, problem } = this.#parts;
    const now = host.clock.now();
    if (this.#beating !== undefined || (this.#beatAt !== undefined && now - this.#beatAt < beatMs)) return;
    this.#beatAt = now;
    this.#beating = this.#ask({ method: 'GET', url })
      .then((status) => {
        const isGood = typeof status === 'number' && status >= 200 && status < 300;
        const failure = fail('HEARTBEAT_FAILED', {
          message: 'ask heartbeat_url',
          wanted: '2xx',
          actual: String(status),
        });
        problem('heartbeat', isGood ? undefined : problemFrom(failure));
      })
      .finally(() => {
        this.#beating = undefined;
      });
  }

  /** The answer's status, or the code of what kept it from coming: an address may itself be a secret, so no error of it is shown. */
  async #ask(request: Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>): Promise<number | string> {
    try {
      return (await this.#parts.host.http.request({ ...request, timeoutMs: requestTimeoutMs })).status;
    } catch (error) {
      return isFleetError(error) ? error.code : 'no answer';
    }
  }

  #trouble(error: unknown): void {
    this.#parts.problem('notify', problemFrom(error));
  }
}

function notTaken(status: number | string, of: readonly Waiting[]) {
  return fail('NOTIFY_FAILED', {
    message: `send ${of.length === 1 ? of[0]?.message.title : `${of.length} messages`}`,
    wanted: '2xx from the webhook of [notify]',
    actual: String(status),
    hint: 'look at [notify] of node.toml; kill -HUP takes it over',
  });
}

function isRefused({ outbox }: Book, of: readonly Waiting[]): boolean {
  const ids = new Set(of.map(({ message }) => message.id));
  return outbox.some(({ message, tries }) => ids.has(message.id) && tries >= mostRefused);
}

function problemFrom(error: unknown): Problem {
  if (!isFleetError(error)) return { code: 'NOTIFY_FAILED', message: 'something unforeseen happened' };
  return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
}

function bookFrom(kept: Json | undefined): Book {
  return typeof kept === 'object' && kept !== null && !Array.isArray(kept) ? (kept as unknown as Book) : emptyBook;
}
