import { isFleetError, type Json } from '@reconcile/core';
import type { HttpRequest, HttpResponse, ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import type { CaddySettings } from '../settings/settings.ts';

const readTimeoutMs = 3000;
const mostBytes = 64 * 1024 * 1024;
/** Caddy opens its admin socket anew at each change: for a moment nobody is there. */
const tries = 4;
const tryAgainMs = 25;

/** Everything below `apps`, and what it must still be for a write: `"<path> <hash>"`. */
export interface Config {
  readonly apps: Json;
  readonly etag: string;
}

/**
 * What Caddy runs, in one request; it keeps no configuration that it did not take. The ETag is a trailer (Caddy 2.6).
 * @throws CADDY_UNREACHABLE CADDY_DENIED CADDY_GARBLED
 */
export async function readConfig(host: ReadHost, settings: CaddySettings): Promise<Config> {
  const answer = await ask(host, settings, {
    method: 'GET',
    url: 'http://localhost/config/apps',
    timeoutMs: readTimeoutMs,
  });
  const text = Buffer.from(answer.body).toString('utf8');
  if (answer.status !== 200) throw refused(settings, answer.status, text);
  const etag = answer.trailers.etag ?? answer.headers.etag;
  if (typeof etag !== 'string') throw garbled(settings, 'an answer without an ETag');
  try {
    return { apps: JSON.parse(text) as Json, etag };
  } catch (cause) {
    throw garbled(settings, text.slice(0, 200), cause);
  }
}

/** @throws CADDY_UNREACHABLE */
export async function ask(
  host: ReadHost,
  settings: CaddySettings,
  request: Omit<HttpRequest, 'socketPath' | 'maxBytes'>,
): Promise<HttpResponse> {
  for (let left = tries; ; left--) {
    try {
      return await host.http.request({ ...request, socketPath: settings.admin, maxBytes: mostBytes });
    } catch (cause) {
      if (!isFleetError(cause) || !cause.code.startsWith('HTTP_')) throw cause;
      // A write is sent once: what became of it is seen at the next look.
      const again = request.method === 'GET' && cause.code === 'HTTP_FAILED' && left > 1;
      if (!again) throw await unreachable(host, settings, cause);
      await host.clock.sleep(tryAgainMs);
    }
  }
}

async function unreachable(host: ReadHost, { admin }: CaddySettings, cause: unknown): Promise<Error> {
  const socket = await host.files.stat(admin).catch(() => undefined);
  const dir = await host.files.stat(admin.slice(0, admin.lastIndexOf('/')) || '/').catch(() => undefined);
  return fail('CADDY_UNREACHABLE', {
    message: 'ask Caddy',
    wanted: `an answer from ${admin}`,
    actual: `socket ${socket === undefined ? 'missing' : `${socket.kind === 'socket' ? '' : `${socket.kind}, `}mode ${octal(socket.mode)} of uid ${socket.uid}`}, directory ${dir === undefined ? 'missing' : octal(dir.mode)}`,
    hint: 'does Caddy run with "admin": {"listen": "unix/<that path>"}, and may this user write to the socket?',
    cause,
  });
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0');
}

function garbled(settings: CaddySettings, actual: string, cause?: unknown): Error {
  return fail('CADDY_GARBLED', { message: `read what Caddy runs at ${settings.admin}`, actual, cause });
}

function refused(settings: CaddySettings, status: number, text: string): Error {
  const actual = `${status} ${errorOf(text)}`;
  if (status !== 403) return garbled(settings, actual);
  return fail('CADDY_DENIED', {
    message: `read what Caddy runs at ${settings.admin}`,
    actual,
    hint: 'set "origins": ["localhost"] beside "listen" in the admin part of its configuration',
  });
}

/** What Caddy says went wrong: `{"error":"…"}`. */
export function errorOf(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === 'string') return error.slice(0, 500);
  } catch {
    // Not JSON: shown as it is.
  }
  return text.slice(0, 200).trim();
}
