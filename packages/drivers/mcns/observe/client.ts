import type { HttpRequest, ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import type { McnsSettings } from './settings.ts';

/** One record as MCNS keeps it; names are relative to the zone, `@` is its top. */
export interface McnsRecord {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly value: string;
}

export interface Draft {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly ttl: number;
}

const longestShown = 200;

/**
 * `/v1/zones/{zone}/records`, with a bearer token. The token is read for each use and stands in no message.
 * @throws MCNS_* HTTP_*
 */
export class McnsClient {
  readonly #host: ReadHost;
  readonly #settings: McnsSettings;
  readonly #signal: AbortSignal;

  constructor(host: ReadHost, settings: McnsSettings, signal: AbortSignal) {
    this.#host = host;
    this.#settings = settings;
    this.#signal = signal;
  }

  /** All records of the zone, names in full. */
  async list(): Promise<McnsRecord[]> {
    const answer = await this.#ask('GET', '');
    const records: unknown = Array.isArray(answer) ? answer : (answer as { records?: unknown } | null)?.records;
    if (!Array.isArray(records)) throw garbled('a list of records', answer);
    return records.map((one) => this.#record(one));
  }

  async add(draft: Draft): Promise<void> {
    await this.#ask('POST', '', { ...draft, name: this.#relative(draft.name) });
  }

  async change(id: string, draft: Draft): Promise<void> {
    await this.#ask('PUT', `/${encodeURIComponent(id)}`, { ...draft, name: this.#relative(draft.name) });
  }

  async remove(id: string): Promise<void> {
    await this.#ask('DELETE', `/${encodeURIComponent(id)}`);
  }

  #relative(name: string): string {
    const { zone } = this.#settings;
    return name === zone ? '@' : name.slice(0, -zone.length - 1);
  }

  #record(one: unknown): McnsRecord {
    const { id, name, type, value } = (one ?? {}) as Readonly<Record<string, unknown>>;
    const isId = typeof id === 'string' || typeof id === 'number';
    if (!isId || typeof name !== 'string' || typeof type !== 'string' || typeof value !== 'string')
      throw garbled('records with id, name, type and value', one);
    const { zone } = this.#settings;
    const plain = name.toLowerCase().replace(/\.$/, '');
    const isWhole = plain === zone || plain.endsWith(`.${zone}`);
    const full = isWhole ? plain : plain === '@' || plain === '' ? zone : `${plain}.${zone}`;
    return { id: String(id), name: full, type: type.toUpperCase(), value };
  }

  async #ask(method: HttpRequest['method'], path: string, body?: Draft): Promise<unknown> {
    const { timeoutMs, url, zone } = this.#settings;
    const headers = { authorization: `Bearer ${await this.#token()}`, accept: 'application/json' };
    const ca = await this.#ca();
    const response = await this.#host.http.request({
      method,
      url: `${url}/v1/zones/${encodeURIComponent(zone)}/records${path}`,
      timeoutMs,
      signal: this.#signal,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(ca === undefined ? {} : { ca }),
    });
    const text = Buffer.from(response.body).toString('utf8');
    const message = `${method} records of ${zone}${path}`;
    const actual = `${response.status} ${text.slice(0, longestShown)}`.trim();
    // Gone already is what a removal is for.
    if (response.status === 404 && method === 'DELETE') return null;
    switch (response.status) {
      case 200:
      case 201:
        return text === '' ? null : parsed(text);
      case 204:
        return null;
      case 401:
      case 403:
        throw fail('MCNS_DENIED', { message, actual });
      case 404:
        throw fail(path === '' ? 'MCNS_NO_ZONE' : 'MCNS_CHANGED', { message, actual });
      case 409:
        throw fail('MCNS_CHANGED', { message, actual });
      default:
        throw fail('MCNS_FAILED', { message, actual });
    }
  }

  async #token(): Promise<string> {
    const { tokenFile } = this.#settings;
    const message = `read the token file ${tokenFile}`;
    const stat = await this.#host.files.stat(tokenFile);
    if (stat?.kind !== 'file') throw fail('MCNS_TOKEN', { message, actual: 'there is no such file' });
    if ((stat.mode & 0o077) !== 0)
      throw fail('MCNS_TOKEN', { message, wanted: 'a file for us alone', hint: `chmod 600 ${tokenFile}` });
    const token = ((await this.#host.files.text(tokenFile)) ?? '').trim();
    if (!/^[\x21-\x7e]+$/.test(token)) throw fail('MCNS_TOKEN', { message, wanted: 'one line with a token' });
    return token;
  }

  async #ca(): Promise<string | undefined> {
    const { caFile } = this.#settings;
    if (caFile === undefined) return undefined;
    const text = await this.#host.files.text(caFile);
    if (text === undefined) throw fail('MCNS_TOKEN', { message: `read ${caFile}`, actual: 'there is no such file' });
    return text;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw garbled('JSON', text);
  }
}

function garbled(wanted: string, actual: unknown): Error {
  const text = typeof actual === 'string' ? actual : JSON.stringify(actual);
  return fail('MCNS_GARBLED', {
    message: 'read an answer of MCNS',
    wanted,
    actual: String(text).slice(0, longestShown),
  });
}
