import type { Http, HttpResponse } from '@reconcile/host';
import { manifestTypes } from './manifest.ts';
import type { Place } from './place.ts';

/** A registry to ask. Only GET, and no redirect is followed. */
export interface Asking {
  readonly http: Http;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly place: Place;
  /** `user:password` in base64, if there are any. */
  readonly credentials: string | undefined;
}

const mostBytes = 4 * 1024 * 1024;

/** A manifest's text by tag or digest (distribution specification 1.1); undefined: the registry does not say. */
export async function fetchManifest(asking: Asking, reference: string): Promise<string | undefined> {
  const { origin, repository } = asking.place;
  const url = `${origin}/v2/${repository}/manifests/${reference}`;
  const first = await get(asking, url);
  if (first.status !== 401) return textOf(first);
  const authorization = await answerTo(asking, first.headers['www-authenticate']);
  return authorization === undefined ? undefined : textOf(await get(asking, url, { authorization }));
}

/** What a registry wants to hear before it speaks: a token from where it says (also for nobody in particular), or a password. */
async function answerTo(
  asking: Asking,
  challenge: string | readonly string[] | undefined,
): Promise<string | undefined> {
  const text = typeof challenge === 'string' ? challenge : (challenge?.[0] ?? '');
  const { credentials } = asking;
  if (/^basic\b/i.test(text)) return credentials === undefined ? undefined : `Basic ${credentials}`;
  const url = tokenUrl(text, asking.place.origin);
  if (url === undefined) return undefined;
  const answer = await get(asking, url, credentials === undefined ? {} : { authorization: `Basic ${credentials}` });
  const token = tokenIn(textOf(answer) ?? '');
  return token === undefined ? undefined : `Bearer ${token}`;
}

/** `Bearer realm="https://auth…/token",service="…",scope="…"` → where to ask. Plain HTTP only where the registry is plain. Pure. */
export function tokenUrl(challenge: string, origin: string): string | undefined {
  if (!/^bearer\b/i.test(challenge)) return undefined;
  const words = new Map(
    [...challenge.matchAll(/([a-z]+)="([^"]*)"/gi)].map(([, key = '', value = '']) => [key, value]),
  );
  const realm = words.get('realm');
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  const isPlain = url.protocol === 'http:' && url.origin === origin;
  if (url.protocol !== 'https:' && !isPlain) return undefined;
  for (const key of ['service', 'scope']) {
    const value = words.get(key);
    if (value !== undefined) url.searchParams.set(key, value);
  }
  return url.href;
}

function tokenIn(text: string): string | undefined {
  try {
    const { access_token: access, token = access } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}

function get(asking: Asking, url: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpResponse> {
  const { http, signal, timeoutMs } = asking;
  return http.request({
    method: 'GET',
    url,
    headers: { accept: manifestTypes, ...headers },
    timeoutMs,
    signal,
    maxBytes: mostBytes,
  });
}

function textOf({ body, status }: HttpResponse): string | undefined {
  return status === 200 ? Buffer.from(body).toString('utf8') : undefined;
}
