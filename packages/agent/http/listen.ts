import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { errorText } from '@reconcile/core';
import type { Bound } from '../listening/index.ts';
import { fail } from './errors.ts';

/** Slow or silent clients are let go: of 600 connections none is held for longer than this by one who does not finish. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 2000,
  maxHeaderSize: 16 * 1024,
} as const;
const mostConnections = 600;
/** What open requests get to end by themselves, ms. */
const farewellMs = 1000;
const lookMs = 20;
const firstPauseMs = 1000;
const longestPauseMs = 30_000;

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Where one server listens, or wants to. */
export interface Place {
  readonly name: string;
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
}

/** `127.0.0.1:9777`, `[::1]:9777`. */
export function placeOf(bind: string): Place {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(bind) ?? [];
  return { name: bind, host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** One listening address. An address that is not there yet (an overlay that comes up late) is tried again until `close`. */
export class Listener implements Bound {
  readonly #server: Server;
  readonly #place: Place;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #open = new Set<ServerResponse>();
  readonly name: string;
  /** Why it does not listen now. */
  problem: Error | undefined;

  constructor(place: Place, handler: Handler) {
    this.#place = place;
    this.name = place.name;
    this.#server = createServer(limits, (request, response) => {
      this.#open.add(response);
      response.once('close', () => this.#open.delete(response));
      handler(request, response);
    });
    this.#server.maxConnections = mostConnections;
    this.#server.on('clientError', (_error, socket) => {
      // Browsers open connections ahead. What is said there unasked, they take for the answer to their first question.
      const isAsked = !(socket instanceof Socket) || socket.bytesRead > 0;
      if (isAsked && socket.writable)
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      else socket.destroy();
    });
    this.#server.on('error', () => undefined);
  }

  /** Resolves after the first attempt, whatever came of it. */
  async openSoon(pauseMs = firstPauseMs): Promise<void> {
    try {
      await this.open();
    } catch {
      if (this.#isClosed) return;
      this.#timer = setTimeout(() => void this.openSoon(Math.min(pauseMs * 2, longestPauseMs)), pauseMs);
      this.#timer.unref();
    }
  }

  /** @throws LISTEN_FAILED */
  async open(): Promise<void> {
    try {
      await this.#listen();
      this.problem = undefined;
    } catch (error) {
      this.problem = fail('LISTEN_FAILED', { message: `listen on ${this.#place.name}`, actual: errorText(error) });
      throw this.problem;
    }
  }

  async pause(): Promise<void> {
    clearTimeout(this.#timer);
    // Who is inside keeps it from closing, and stays; the address is free at once.
    if (this.#server.listening) this.#server.close();
  }

  resume(): Promise<void> {
    return this.openSoon();
  }

  /** As it is reached; undefined while it does not listen. */
  get address(): string | undefined {
    const address = this.#server.address();
    if (address === null) return undefined;
    if (typeof address === 'string') return address;
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `${host}:${address.port}`;
  }

  /** At once. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (!this.#server.listening) return void this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  /** The same, but streams come to an orderly end, and open requests get a moment. */
  async closeInOrder(): Promise<void> {
    await this.pause();
    // What has begun and not ended goes on for as long as somebody reads: a stream.
    for (const response of this.#open) if (response.headersSent && !response.writableEnded) response.end();
    this.#server.closeIdleConnections();
    const until = Date.now() + farewellMs;
    while (this.#open.size > 0 && Date.now() < until) await pause(lookMs);
    await this.close();
  }

  async #listen(): Promise<void> {
    const { host, path, port } = this.#place;
    if (path !== undefined) await freePath(path);
    await new Promise<void>((resolve, reject) => {
      const onError = (error: Error) => {
        this.#server.off('listening', onListening);
        reject(error);
      };
      const onListening = () => {
        this.#server.off('error', onError);
        resolve();
      };
      this.#server.once('error', onError);
      this.#server.once('listening', onListening);
      this.#server.listen(path === undefined ? { host, port, exclusive: true } : { path });
    });
    if (path !== undefined) chmodSync(path, 0o600);
  }
}

/** A socket that nobody listens on is what a killed agent left; one that answers is somebody's. */
async function freePath(path: string): Promise<void> {
  const isAnswered = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    const say = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => say(true));
    socket.once('error', () => say(false));
    socket.setTimeout(1000, () => say(true));
  });
  if (!isAnswered) rmSync(path, { force: true });
}
