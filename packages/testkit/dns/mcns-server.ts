import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';

/** Faults as configuration; change them while it runs. */
export interface McnsFaults {
  /** Status of every answer. */
  status?: number;
  /** Text instead of every answer. */
  garbage?: string;
  isSilent?: boolean;
  /** So many changes are taken, then it fails: half of a change. */
  changesLeft?: number;
}

interface Kept {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly ttl: number;
}

/** `/v1/zones/{zone}/records` as the platform's name server has it: ids, CNAME exclusivity, a serial that rises with each change. */
export interface McnsServer {
  readonly url: string;
  readonly token: string;
  readonly faults: McnsFaults;
  serial(): number;
  records(): readonly Kept[];
  /** A record that somebody else makes; names relative to the zone. */
  place(name: string, type: string, value: string): void;
  close(): Promise<void>;
}

/** @param tls Certificate and key for `localhost`: it speaks TLS then. */
export async function mcnsServer(
  zone: string,
  tls?: { readonly cert: string; readonly key: string },
): Promise<McnsServer> {
  const state = { serial: 1, next: 1, records: [] as Kept[], faults: {} as McnsFaults };
  const token = 'token-of-this-test';
  const answer = (request: IncomingMessage, response: ServerResponse, body: string) => {
    if (state.faults.isSilent === true) return;
    const reply = (status: number, value?: unknown) => {
      response.writeHead(state.faults.status ?? status, { 'content-type': 'application/json' });
      response.end(state.faults.garbage ?? (value === undefined ? '' : JSON.stringify(value)));
    };
    if (state.faults.status !== undefined || state.faults.garbage !== undefined) return reply(200, {});
    if (request.headers.authorization !== `Bearer ${token}`) return reply(401, { error: 'unauthorized' });
    const [, ofZone, id] = /^\/v1\/zones\/([^/]+)\/records(?:\/(\d+))?$/.exec(request.url ?? '') ?? [];
    if (ofZone !== zone) return reply(404, { error: 'no such zone' });
    if (request.method === 'GET') return reply(200, { records: state.records });
    if (state.faults.changesLeft !== undefined && state.faults.changesLeft-- <= 0) return reply(503, { error: 'busy' });
    change(request.method ?? '', id === undefined ? undefined : Number(id), { body, reply });
  };
  const change = (
    method: string,
    id: number | undefined,
    { body, reply }: { body: string; reply: (status: number, value?: unknown) => void },
  ) => {
    const there = state.records.find((one) => one.id === id);
    if (method !== 'POST' && there === undefined) return reply(404, { error: 'no such record' });
    const others = state.records.filter((one) => one !== there);
    if (method === 'DELETE') {
      state.records = others;
      state.serial++;
      return reply(204);
    }
    const wanted = JSON.parse(body) as Omit<Kept, 'id'>;
    const beside = others.filter((one) => one.name === wanted.name);
    const isTaken = beside.some((one) => one.type === 'CNAME' || wanted.type === 'CNAME');
    const isTwice = beside.some((one) => one.type === wanted.type && one.value === wanted.value);
    if (isTaken || isTwice) return reply(409, { error: isTaken ? 'a CNAME stands alone' : 'exists already' });
    const made = { ...wanted, id: there?.id ?? state.next++ };
    state.records = [...others, made];
    state.serial++;
    return reply(method === 'POST' ? 201 : 200, made);
  };
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => answer(request, response, body));
  };
  const server = tls === undefined ? createServer(serve) : createSecureServer({ ...tls }, serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${tls === undefined ? 'http://127.0.0.1' : 'https://localhost'}:${(server.address() as { port: number }).port}`,
    token,
    faults: state.faults,
    serial: () => state.serial,
    records: () => state.records,
    place(name, type, value) {
      state.records = [...state.records, { id: state.next++, name, type, value, ttl: 60 }];
      state.serial++;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
