import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import {
  emptyMoment,
  manyMoment,
  mixedMoment,
  pendingMoment,
  type ServedAgent,
  serveAgent,
  wellMoment,
} from '@reconcile/testkit/served';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ZodType } from 'zod';
import { accessTable, type Role, roles, signatureHeader, signatureOf } from '../access/index.ts';
import type { Endpoint } from './endpoint.ts';
import { StreamPlaces } from './event-stream.ts';
import { AgentMetrics } from './metrics/index.ts';
import * as s from './schemas/documents.ts';
import { allEndpoints } from './start.ts';

interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: () => Record<string, unknown>;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly socketPath?: string;
  /** Stop reading after so many bytes: of a stream. */
  readonly first?: number;
}

let served: ServedAgent;
const tokens = new Map<string, string>();

/** Like a program that may send any header, unlike `fetch`. */
function ask(
  path: string,
  { body, first = Number.POSITIVE_INFINITY, headers = {}, method = 'GET', socketPath }: Ask = {},
): Promise<Told> {
  return new Promise((resolve, reject) => {
    const to = socketPath === undefined ? { host: '127.0.0.1', port: served.port } : { socketPath };
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const request = httpRequest(
      {
        ...to,
        path,
        method,
        headers: { ...(sent === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      },
      (response) => {
        let text = '';
        const done = () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: () => JSON.parse(text) as Record<string, unknown>,
          });
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length < first) return;
          done();
          request.destroy();
        });
        response.on('end', done);
        response.on('error', () => undefined);
      },
    );
    request.on('error', reject);
    request.end(sent);
  });
}

const bearer = (name: string) => ({ authorization: `Bearer ${tokens.get(name) ?? ''}` });

beforeAll(async () => {
  served = await serveAgent(mixedMoment(Date.now()));
  for (const role of roles) tokens.set(role, await served.token(role));
  tokens.set('held', await served.token('user', 'notes'));
});
afterAll(() => served.close());

const room = { now: Date.now, version: '0', registry: undefined, codes: undefined, config: { node: 'rift' } };
const endpoints = allEndpoints(
  room as unknown as Parameters<typeof allEndpoints>[0],
  new AgentMetrics(),
  new StreamPlaces(1),
);

/** A path and a body that pass the schemas. */
function sample({ body, isRaw, path }: Endpoint): Required<Pick<Ask, 'body' | 'headers'>> & { readonly path: string } {
  const filled = path.replace(':name', 'notes').replace(':id', 'nothing');
  const bodies: Readonly<Record<string, unknown>> = {
    '/api/v1/login': { code: 'rct_wrong' },
    '/api/v1/tokens': { name: `made-${Math.random().toString(36).slice(2)}`, role: 'guest', ttlMs: 60_000 },
    '/api/v1/services/:name/run': { job: 'dump' },
  };
  // A webhook is let in by its signature alone, whoever brings it.
  const headers = isRaw === true ? { [signatureHeader]: signatureOf(Buffer.from('{}'), served.hook.secret) } : {};
  return { path: filled, headers, body: body === undefined && isRaw !== true ? undefined : (bodies[path] ?? {}) };
}

const refused = new Set([401, 403]);
const rank: Readonly<Record<Role | 'anyone', number>> = { anyone: 0, guest: 1, user: 2, admin: 3 };

describe('every route, for every role', () => {
  const cases = endpoints.map((one) => [`${one.method} ${one.path}`, one] as const);

  test.each(cases)('%s', async (_name, one) => {
    const rule = accessTable[one.rule];
    const { body, headers: own, path } = sample(one);
    const as = (headers: Readonly<Record<string, string>>) =>
      ask(path, { method: one.method, headers: { ...own, ...headers }, body, first: 1 });
    if (one.rule !== 'login') {
      const stranger = await as({});
      expect(stranger.status === 401, `nobody: ${stranger.text}`).toBe(rule.least !== 'anyone');
    }
    for (const role of roles) {
      const { status, text } = await as(bearer(role));
      const isAllowed = one.rule === 'login' ? status === 401 : !refused.has(status);
      expect(isAllowed, `${role}: ${status} ${text}`).toBe(one.rule === 'login' || rank[role] >= rank[rule.least]);
      expect(status, text).not.toBe(500);
      expect(status, text).not.toBe(400);
    }
    const held = await as(bearer('held'));
    const mayHeld = rule.least === 'anyone' || (rank.user >= rank[rule.least] && rule.reach !== 'node');
    if (one.rule !== 'login') expect(!refused.has(held.status), `held to notes: ${held.status}`).toBe(mayHeld);
  });

  test('the table has no rule without a route, and routes need one', () => {
    const used = new Set(endpoints.map(({ rule }) => rule as string));
    // What only gRPC carries is proved there.
    for (const rule of ['page', 'exec']) used.add(rule);
    expect(Object.keys(accessTable).filter((rule) => !used.has(rule))).toEqual([]);
  });

  test('a principal that is held to a service reaches no other', async () => {
    expect((await ask('/api/v1/services/notes', { headers: bearer('held') })).status).toBe(200);
    expect((await ask('/api/v1/services/mcr', { headers: bearer('held') })).json().code).toBe('NOT_ALLOWED');
  });
});

test.each([
  ['state', '/api/v1/state', s.stateDocument],
  ['status', '/api/v1/status', s.nodeDocument],
  ['services', '/api/v1/services', s.servicesDocument],
  ['one service', '/api/v1/services/notes', s.serviceDocument],
  ['another', '/api/v1/services/far', s.serviceDocument],
  ['explain', '/api/v1/services/notes/explain', s.explainDocument],
  ['plan', '/api/v1/plan', s.planDocument],
  ['routes', '/api/v1/routes', s.routesDocument],
  ['certificates', '/api/v1/certificates', s.certificatesDocument],
  ['records', '/api/v1/records', s.recordsDocument],
  ['history', '/api/v1/history', s.historyDocument],
  ['past', '/api/v1/past', s.eventsDocument],
  ['health', '/api/v1/health?samples=5', s.slotHealth.array()],
  ['lines', '/api/v1/health/lines', s.healthLine.array()],
  ['tokens', '/api/v1/tokens', s.token.array()],
  ['audit', '/api/v1/audit', s.auditDocument],
  ['me', '/api/v1/me', s.me],
] as [string, string, ZodType][])(
  '%s: what real commands printed fits its own description',
  async (_name, path, schema) => {
    for (const moment of [wellMoment, mixedMoment, pendingMoment, emptyMoment]) {
      served.agent.recording = moment(Date.now());
      const told = await ask(path, { headers: bearer('admin') });
      expect(told.status, told.text).toBe(200);
      expect(schema.safeParse(told.json()).error?.issues ?? []).toEqual([]);
    }
    served.agent.recording = mixedMoment(Date.now());
  },
);

test('OpenAPI describes exactly the routes that are served', async () => {
  const { openapi, paths } = (await ask('/api/v1/openapi.json')).json() as {
    openapi: string;
    paths: Record<string, Record<string, { 'x-least-role': string; 'x-rule': string }>>;
  };
  expect(openapi).toBe('3.1.0');
  const described = Object.entries(paths).flatMap(([path, verbs]) =>
    Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
  );
  expect(described.sort()).toEqual(
    endpoints.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`).sort(),
  );
});

describe('browsers', () => {
  /** A login by a one-time link, as `reconcile dashboard` makes it. */
  async function session(): Promise<{ cookie: string; csrf: string }> {
    const { code } = (await ask('/api/v1/login-links', { method: 'POST', socketPath: served.socket })).json();
    const login = await ask('/api/v1/login', { method: 'POST', body: { code }, headers: { origin: served.origin } });
    const [set = ''] = login.headers['set-cookie'] ?? [];
    expect(set).toMatch(/^reconcile_rift=rct_[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    const again = await ask('/api/v1/login', { method: 'POST', body: { code }, headers: { origin: served.origin } });
    expect(again.json().code).toBe('LOGIN_OVER');
    return { cookie: set.split(';')[0] ?? '', csrf: String(login.json().csrf) };
  }
  const freeze = (headers: Readonly<Record<string, string>>) =>
    ask('/api/v1/freeze', { method: 'POST', body: { why: 'test' }, headers });

  test('a link opens once; the session acts only for our own page, with its proof', async () => {
    const { cookie, csrf } = await session();
    const proof = { 'x-reconcile-csrf': csrf };
    const origin = { origin: served.origin };
    expect((await ask('/api/v1/status', { headers: { cookie } })).status).toBe(200);
    const before = served.agent.asked.length;
    for (const [what, headers] of Object.entries({
      'no proof': { cookie, ...origin },
      'another proof': {
        cookie,
        ...origin,
        'x-reconcile-csrf': csrf.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      },
      'no origin': { cookie, ...proof },
      'another site': { cookie, ...proof, origin: 'https://evil.example' },
      'a null origin': { cookie, ...proof, origin: 'null' },
      'another port': { cookie, ...proof, origin: 'http://127.0.0.1:1' },
      'what the browser calls cross-site': { cookie, ...proof, ...origin, 'sec-fetch-site': 'cross-site' },
    })) {
      const told = await freeze(headers);
      expect([what, told.status, told.json().code]).toEqual([what, 403, 'FOREIGN_ORIGIN']);
    }
    expect(served.agent.asked.length).toBe(before);
    expect((await freeze({ cookie, ...origin, ...proof })).status).toBe(200);
    expect(served.agent.asked.at(-1)).toMatchObject({
      what: 'override',
      order: { verb: 'freeze', target: '', why: 'test' },
    });
    const logout = await ask('/api/v1/logout', { method: 'POST', headers: { cookie, ...origin, ...proof } });
    expect(logout.status).toBe(200);
    expect((await ask('/api/v1/status', { headers: { cookie } })).status).toBe(401);
  });

  test('a token does not act for another site either', async () => {
    expect((await freeze({ ...bearer('admin'), origin: 'https://evil.example' })).json().code).toBe('FOREIGN_ORIGIN');
    expect((await freeze(bearer('admin'))).status).toBe(200);
  });

  test.each(['localhost', '127.0.0.1:1', '[::1]:9777', '192.0.2.7', 'rift.home.arpa', 'rift.home.arpa:9777'])(
    'is reached as %s',
    async (host) => {
      expect((await ask('/healthz', { headers: { host } })).status).toBe(200);
    },
  );
  test.each([
    'evil.example',
    'localhost.evil.example',
    '.',
    '127.0.0.1.evil.example',
    'a@localhost',
    'localhost:x',
    '[::1',
    'RIFT.evil',
  ])('is not reached as %j', async (host) => {
    const told = await ask('/api/v1/status', { headers: { host, ...bearer('admin') } });
    expect([told.status, told.json().code]).toEqual([421, 'HOST_UNKNOWN']);
  });

  test('every answer forbids what is inline, framed or guessed', async () => {
    for (const path of ['/healthz', '/nothing', '/api/v1/status']) {
      const { headers } = await ask(path);
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

test('what acts is written down with who, what was denied too; a token itself never is', async () => {
  await ask('/api/v1/services/notes/restart', { method: 'POST', body: { why: 'memory' }, headers: bearer('user') });
  await ask('/api/v1/reload', { method: 'POST', headers: bearer('user') });
  const told = (await ask('/api/v1/audit', { headers: bearer('admin') })).text;
  expect(JSON.parse(told)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        method: 'restart',
        target: 'notes',
        via: 'http',
        outcome: 'allowed',
        args: { why: 'memory' },
      }),
      expect.objectContaining({ method: 'reload', outcome: 'denied', by: expect.objectContaining({ subject: 't2' }) }),
    ]),
  );
  for (const secret of tokens.values()) expect(told).not.toContain(secret);
});

test('ten wrong tokens in a minute close the door for that address', async () => {
  const own = await serveAgent(emptyMoment(Date.now()));
  const at = (authorization: string) => fetch(`${own.origin}/api/v1/me`, { headers: { authorization } });
  const good = await own.token('guest');
  try {
    expect((await at(`Bearer ${good}`)).status).toBe(200);
    for (let i = 0; i < 10; i++) expect((await at(`Bearer rct_${String(i).repeat(43)}`)).status).toBe(401);
    const told = await at(`Bearer ${good}`);
    expect([told.status, Number(told.headers.get('retry-after')) > 0]).toEqual([429, true]);
    // Who has no token is not held up by those who guess.
    expect((await fetch(`${own.origin}/healthz`)).status).toBe(200);
  } finally {
    await own.close();
  }
});

describe('webhooks', () => {
  const body = { ref: 'refs/heads/main' };
  const bytes = Buffer.from(JSON.stringify(body));
  const signed = () => ({ [signatureHeader]: signatureOf(bytes, served.hook.secret) });
  const hook = (headers: Readonly<Record<string, string>>, sent: unknown = body) =>
    ask('/api/v1/hook', { method: 'POST', headers, body: sent });

  test('a signed one is a hint, and again when it is replayed', async () => {
    const before = served.hook.taken;
    expect((await hook(signed())).status).toBe(202);
    expect((await hook({ ...signed(), 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(202);
    expect((await hook({ ...signed(), 'content-type': 'application/json' })).status).toBe(202);
    expect(served.hook.taken).toBe(before + 3);
  });

  test('the published example of its kind has our signature', () => {
    // docs.github.com, "Testing the webhook payload validation".
    expect(signatureOf(Buffer.from('Hello, World!'), "It's a Secret to Everybody")).toBe(
      'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    );
  });

  test.each<[string, () => Readonly<Record<string, string>>, unknown, number, string]>([
    ['unsigned', () => ({}), body, 401, 'HOOK_UNSIGNED'],
    ['an admin without a signature', () => bearer('admin'), body, 401, 'HOOK_UNSIGNED'],
    ['of another body', signed, { ref: 'refs/heads/other' }, 401, 'HOOK_UNSIGNED'],
    ['by another secret', () => ({ [signatureHeader]: signatureOf(bytes, 'guess') }), body, 401, 'HOOK_UNSIGNED'],
    ['cut short', () => ({ [signatureHeader]: 'sha256=' }), body, 401, 'HOOK_UNSIGNED'],
    ['too long', signed, { pad: 'x'.repeat(70_000) }, 413, 'BODY_TOO_LARGE'],
    ['from a page of another site', () => ({ ...signed(), host: 'evil.example' }), body, 421, 'HOST_UNKNOWN'],
  ])('%s: nothing is looked at', async (_name, headers, ...[sent, status, code]) => {
    const before = served.hook.taken;
    const told = await hook(headers(), sent);
    expect([told.status, told.json().code, served.hook.taken]).toEqual([status, code, before]);
    expect(told.text).not.toContain(served.hook.secret);
  });
});

test('a mistake is named; nothing of the inside is told', async () => {
  const admin = bearer('admin');
  const wrong = await ask('/api/v1/history?limit=many&x=1', { headers: admin });
  expect([wrong.status, wrong.headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
  expect(wrong.json()).toMatchObject({ code: 'BAD_REQUEST', title: expect.stringContaining('query.limit') });
  const unknown = await ask('/api/v1/services/nothing', { headers: admin });
  expect([unknown.status, unknown.json().code]).toEqual([404, 'NO_SERVICE']);
  const words = await ask('/api/v1/apply', {
    method: 'POST',
    headers: { ...admin, 'content-type': 'text/plain' },
    body: {},
  });
  expect(words.status).toBe(400);
  const { node } = served.agent;
  served.agent.node = () => Promise.reject(new Error('secret /etc/inside'));
  const broken = await ask('/api/v1/status', { headers: admin });
  served.agent.node = node;
  expect([broken.status, broken.json().code]).toEqual([500, 'NOT_FORESEEN']);
  expect(broken.text).not.toMatch(/secret|inside|\.ts|at /);
  expect(served.errors.map(String)).toEqual(['Error: secret /etc/inside']);
});

test('a stream resumes after the id it was last told', async () => {
  const { agent } = served;
  for (const phase of ['passing', 'idle', 'passing'] as const) agent.emit({ kind: 'state', phase });
  const whole = await ask('/api/v1/events?after=0', { headers: bearer('guest'), first: 60 });
  expect(whole.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  agent.emit({ kind: 'state', phase: 'idle' });
  agent.emit({ kind: 'look', lookedAt: 1 });
  const seqs = async (id: string) => {
    const { text } = await ask('/api/v1/events', { headers: { ...bearer('guest'), 'last-event-id': id }, first: 150 });
    return [...text.matchAll(/^id: recorded\.(\d+)$/gm)].map(([, seq]) => Number(seq));
  };
  const [first = 0] = await seqs('recorded.0');
  const after = await seqs(`recorded.${first}`);
  expect(after[0]).toBe(first + 1);
  await expect.poll(() => agent.readers).toBe(1);
});

test('metrics: what Prometheus alarms by', async () => {
  served.agent.emit({
    kind: 'event',
    event: {
      type: 'cycle.finished',
      at: 1,
      node: 'rift',
      generation: 1,
      cycleId: 'c',
      converged: true,
      durationMs: 48,
    },
  });
  served.http.noteCall('rest containers/json', 0.012, false);
  await expect
    .poll(async () => (await ask('/metrics', { headers: bearer('guest') })).text)
    .toContain('reconcile_pass_duration_seconds_count{converged="true"} 1');
  const { headers, text } = await ask('/metrics', { headers: bearer('guest') });
  expect(headers['content-type']).toContain('text/plain; version=0.0.4');
  for (const line of [
    'reconcile_slot_healthy{slot="photos/web",stage="services",state="backoff"} 0',
    'reconcile_slot_healthy{slot="mcns/main",stage="foundation",state="running"} 1',
    'reconcile_stage_ready{stage="services"} 0',
    'reconcile_stage_ready{stage="core"} 1',
    'reconcile_held 2',
    'reconcile_phase{phase="idle"} 1',
    'reconcile_podman_call_duration_seconds_count{call="rest containers/json",failed="false"} 1',
    'reconcile_event_loop_delay_seconds{quantile="0.99"} 0.0034',
  ])
    expect(text).toContain(`${line}\n`);
  expect(text).toMatch(/reconcile_certificate_days\{name="notes\.example\.com",issuer="internal-ca"\} (89|90)/);
});

test('the unix socket is this user alone, and admin', async () => {
  const { statSync } = await import('node:fs');
  expect(statSync(served.socket).mode & 0o777).toBe(0o600);
  const me = await ask('/api/v1/me', { socketPath: served.socket, headers: { host: 'whatever' } });
  expect(me.json()).toMatchObject({ role: 'admin', principal: { issuer: 'unix' } });
});

test('five hundred services: each document whole, and how long it takes', async () => {
  const own = await serveAgent(manyMoment(Date.now(), 500));
  const headers = { authorization: `Bearer ${await own.token('guest')}` };
  try {
    for (const path of ['/api/v1/status', '/api/v1/health/lines', '/api/v1/state', '/api/v1/history?limit=500']) {
      const took: number[] = [];
      let size = 0;
      for (let i = 0; i < 12; i++) {
        const since = performance.now();
        const answer = await fetch(`${own.origin}${path}`, { headers });
        const text = await answer.text();
        took.push(performance.now() - since);
        size = text.length;
        expect(answer.status, path).toBe(200);
        expect(() => JSON.parse(text) as unknown, path).not.toThrow();
      }
      took.sort((a, b) => a - b);
      process.stdout.write(`${path}: median ${took[6]?.toFixed(1)} ms, ${Math.round(size / 1000)} kB\n`);
    }
  } finally {
    await own.close();
  }
});
