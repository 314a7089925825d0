import type { IncomingMessage } from 'node:http';
import type { Principal } from '@reconcile/core';
import { isFleetError } from '@reconcile/core';
import { addAudit } from '@reconcile/registry';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { fail as refuse } from '../access/errors.ts';
import { insist, ruleOf } from '../access/index.ts';
import type { Room } from './context.ts';
import type { Endpoint, Ready } from './endpoint.ts';
import { fail } from './errors.ts';
import { type StreamPlaces, writeStream } from './event-stream.ts';
import { safeHeaders } from './headers.ts';
import { insistOnHost } from './host-name.ts';
import { type Identity, identify, insistOnOrigin } from './identify.ts';
import type { Page } from './pages.ts';
import { problemOf } from './problem.ts';

const bodyLimit = 64 * 1024;

export interface AppParts {
  readonly room: Room;
  readonly endpoints: readonly Endpoint[];
  readonly pages: ReadonlyMap<string, Page>;
  readonly places: StreamPlaces;
  /** Whether a request came over the unix socket. */
  readonly isPeer: (request: IncomingMessage) => boolean;
}

/** Every request goes the same way: host, who, origin, rule, body, schema, audit, and only then the endpoint. */
export async function makeApp(parts: AppParts): Promise<FastifyInstance> {
  const app = fastify({ logger: false, bodyLimit, exposeHeadRoutes: false, routerOptions: { maxParamLength: 300 } });
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(safeHeaders);
  });
  app.setErrorHandler((error, _request, reply) => sendProblem(parts.room, reply, error));
  app.setNotFoundHandler((request, reply) => {
    insistOnHostOf(parts, request);
    throw notFound(reply, request.method);
  });
  for (const endpoint of parts.endpoints) if (endpoint.isRaw !== true) addEndpoint(app, parts, endpoint);
  app.register(async (raw) => {
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    for (const endpoint of parts.endpoints) if (endpoint.isRaw === true) addEndpoint(raw, parts, endpoint);
  });
  for (const [path, page] of parts.pages) addPage(app, parts, { path, page });
  await app.ready();
  return app;
}

function addEndpoint(app: FastifyInstance, parts: AppParts, endpoint: Endpoint): void {
  // Known before the body is read: nobody uploads anything who may not.
  const identities = new WeakMap<FastifyRequest, Identity>();
  app.route({
    method: endpoint.method,
    url: endpoint.path,
    onRequest: async (request, reply) => {
      const identity = await enter(parts, request, { reply, endpoint });
      if (identity !== undefined) identities.set(request, identity);
    },
    handler: async (request, reply) => {
      const identity = identities.get(request);
      const ready = endpoint.read({ params: request.params, query: request.query, body: request.body });
      await admit(parts.room, { identity, endpoint, ready });
      return answer(parts, { request, reply, identity, ready });
    },
  });
}

/** Host, who, origin, and whether the role suffices; the service is checked once the path has been read. */
async function enter(
  parts: AppParts,
  request: FastifyRequest,
  { endpoint, reply }: { readonly endpoint: Endpoint; readonly reply: FastifyReply },
): Promise<Identity | undefined> {
  const { room } = parts;
  insistOnHostOf(parts, request);
  const source = request.raw.socket.remoteAddress ?? '';
  const isPeer = parts.isPeer(request.raw);
  const rule = ruleOf(endpoint.rule);
  const showsSomething = request.headers.authorization !== undefined || endpoint.rule === 'login';
  const waitMs = showsSomething && !isPeer ? room.failures.waitMs(source, room.now()) : 0;
  if (waitMs > 0) {
    reply.header('retry-after', String(Math.ceil(waitMs / 1000)));
    throw refuse('TOO_MANY_FAILURES', { message: 'ask again', hint: `in ${Math.ceil(waitMs / 1000)} s` });
  }
  try {
    const identity = await identify(room, request.raw, isPeer);
    if (rule?.acts !== false) insistOnOrigin(request.raw, identity);
    if (identity === undefined) insist(undefined, { method: endpoint.rule, target: '' });
    return identity;
  } catch (error) {
    if (showsSomething && isFleetError(error) && error.code !== 'FOREIGN_ORIGIN')
      room.failures.note(source, room.now());
    throw error;
  }
}

/** The rule, with the service that it is about; what acts is written down before it is done. */
async function admit(
  room: Room,
  {
    endpoint,
    identity,
    ready,
  }: { readonly identity: Identity | undefined; readonly endpoint: Endpoint; readonly ready: Ready },
): Promise<void> {
  const rule = ruleOf(endpoint.rule);
  const note = async (outcome: 'allowed' | 'denied'): Promise<void> => {
    if (rule?.acts !== true || identity === undefined) return;
    const { by, via } = identity;
    const args = JSON.parse(JSON.stringify(ready.body ?? {})) as Record<string, never>;
    const entry = { at: room.now(), by, via, method: endpoint.rule, target: ready.target, args, outcome };
    await room.registry.write((rows) => addAudit(rows, entry));
  };
  try {
    insist(identity?.by, { method: endpoint.rule, target: ready.target });
  } catch (error) {
    await note('denied');
    throw error;
  }
  await note('allowed');
}

const nobody: Principal = { issuer: 'http', subject: 'anyone', kind: 'machine', scopes: [] };

interface Answer {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly identity: Identity | undefined;
  readonly ready: Ready;
}

async function answer({ places, room }: AppParts, { identity, ready, reply, request }: Answer): Promise<unknown> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const result = await ready.run({
    service: room.service,
    caller: { by: identity?.by ?? nobody, signal: gone.signal },
    headers: request.headers,
    raw: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    session: identity?.session?.id,
    secret: identity?.session?.secret,
  });
  if ('text' in result)
    return reply
      .code(result.status ?? 200)
      .type(result.type)
      .send(result.text);
  if ('json' in result) {
    reply.code(result.status ?? 200).headers({ 'cache-control': 'no-store', ...result.headers });
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(result.json));
  }
  if (!places.take()) {
    gone.abort();
    reply.header('retry-after', '10');
    throw fail('TOO_MANY_STREAMS', { message: 'open another event stream', actual: `${places.taken} are open` });
  }
  reply.hijack();
  try {
    await writeStream(reply.raw, result.stream, { headers: safeHeaders, onError: room.onError });
  } finally {
    places.leave();
  }
  return reply;
}

function addPage(
  app: FastifyInstance,
  parts: AppParts,
  { page, path }: { readonly path: string; readonly page: Page },
): void {
  app.get(path, async (request, reply) => {
    insistOnHostOf(parts, request);
    reply.headers({ 'cache-control': 'no-cache', etag: page.etag, vary: 'accept-encoding' });
    if (request.headers['if-none-match'] === page.etag) return reply.code(304).send();
    const isGzip = page.gzipped !== undefined && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    if (isGzip) reply.header('content-encoding', 'gzip');
    return reply.type(page.type).send(Buffer.from((isGzip ? page.gzipped : undefined) ?? page.body));
  });
}

function insistOnHostOf({ isPeer, room }: AppParts, request: FastifyRequest): void {
  if (!isPeer(request.raw)) insistOnHost(request.headers.host, room.config.api.hosts);
}

function notFound(reply: FastifyReply, method: string) {
  // A body that nobody reads would keep the connection busy.
  reply.header('connection', 'close');
  return fail('NOT_FOUND', { message: `${method} this path`, hint: 'GET /api/v1/openapi.json lists what there is' });
}

function sendProblem(room: Room, reply: FastifyReply, error: unknown): FastifyReply {
  const problem = problemOf(error);
  if (problem.status >= 500 && problem.code === 'NOT_FORESEEN') room.onError(error);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  // Refused before its body was read: the rest of it is not waited for.
  if (problem.status === 413 || problem.status === 401 || problem.status === 403) reply.header('connection', 'close');
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem));
}
