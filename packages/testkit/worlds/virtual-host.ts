import { FleetError } from '@reconcile/core';
import type { Clock, Host } from '@reconcile/host';

/** A clock that jumps: whoever sleeps longest is never waited for, order is kept, and nothing takes real time. */
export class VirtualClock implements Clock {
  #now: number;
  readonly #sleepers: { at: number; wake: () => void }[] = [];
  #moving = false;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancelled = () => reject(new FleetError('WAIT_CANCELLED', 'never', { message: 'sleep was cancelled' }));
      if (signal?.aborted === true) return cancelled();
      signal?.addEventListener('abort', cancelled, { once: true });
      this.#sleepers.push({
        at: this.#now + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener('abort', cancelled);
          resolve();
        },
      });
      this.#move();
    });
  }

  /** Once nothing else is about to run, the earliest sleeper wakes. */
  #move(): void {
    if (this.#moving) return;
    this.#moving = true;
    setImmediate(() => {
      this.#moving = false;
      this.#sleepers.sort((a, b) => a.at - b.at);
      const next = this.#sleepers.shift();
      if (next === undefined) return;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      if (this.#sleepers.length > 0) this.#move();
    });
  }
}

/** A host with a virtual clock and nothing else: whatever reaches past it fails loudly, by name. */
export function virtualHost(now = 1_000_000_000_000): Host {
  let ids = 0;
  const refuse = (name: string): never => {
    throw new TypeError(`this world has no ${name}`);
  };
  const closed = (name: string) =>
    new Proxy({}, { get: (_target, method) => () => refuse(`${name}.${String(method)}`) });
  const clock = new VirtualClock(now);
  return {
    clock,
    ids: { random: () => (++ids).toString(16).padStart(32, '0') },
    net: { ...(closed('net') as Host['net']), listening: async () => [], established: async () => 0 },
    run: closed('run'),
    files: closed('files'),
    http: closed('http'),
    proc: { ...(closed('proc') as Host['proc']), listens: async () => undefined, upMs: () => clock.now() },
    home: {
      home: '/home/test',
      runtimeDir: '/run/test',
      configDir: '/home/test/.config',
      stateDir: '/home/test/.state',
    },
    kill: async () => refuse('kill'),
  } as unknown as Host;
}
