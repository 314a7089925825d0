import { isFleetError, type Json, type ResourceKey } from '@reconcile/core';
import { type RouteSpec, routeDefaults } from '@reconcile/core/kinds/route';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { caddyLimit } from '../limits/limits.ts';
import { fieldsOf, listOf, parseListener, parseRoute, type RouteRecord, recordIn } from '../record/record.ts';
import { renderRoute, renderServer } from './render.ts';

function record(given: Partial<RouteSpec>, targets: readonly string[] = ['127.0.0.1:31001']): RouteRecord {
  const spec = { ...routeDefaults, listener: 80, hostname: 'web.example.net', tls: false, ...given };
  const key: ResourceKey = `route/80/${spec.hostname}${spec.path === '/' ? '' : spec.path}`;
  return { key, services: ['web'], spec, specHash: 'abcd', schema: 1, targets };
}

function site(...routes: readonly RouteRecord[]) {
  const listener = { services: ['web'], spec: { port: 80, binds: ['0.0.0.0:80', '[::1]:80'], tls: false } };
  return { listener, routes: new Map(routes.map((route) => [route.key, route])) };
}

function rendered(...routes: readonly RouteRecord[]): Json {
  const one = site(...routes);
  return renderServer(one, new Map([['80', one]]));
}

test('a server: IPv4 alone is named, the longest path comes first, the last route answers 404', () => {
  const server = fieldsOf(rendered(record({}), record({ path: '/api' }), record({ path: '/api/v2' })));
  expect(server).toMatchObject({
    listen: ['[::1]:80', 'tcp4/0.0.0.0:80'],
    automatic_https: { disable: true },
    protocols: ['h1', 'h2'],
  });
  const routes = listOf(server?.routes);
  expect(routes.map((route) => recordIn(route)?.key ?? 'rest')).toEqual([
    'route/80/web.example.net/api/v2',
    'route/80/web.example.net/api',
    'route/80/web.example.net',
    'rest',
  ]);
  expect(routes.at(-1)).toMatchObject({ handle: [{}, { handler: 'static_response', status_code: 404 }] });
  expect(server?.tls_connection_policies).toBeUndefined();
});

test('records are read back as they were written', () => {
  const asked = record({ path: '/api', headers: { 'X-A': 'b' }, allow: ['192.0.2.0/24'], holdMs: 5000 });
  const server = JSON.parse(JSON.stringify(rendered(asked))) as Json;
  const [route, rest] = listOf(fieldsOf(server)?.routes);
  expect(parseRoute(recordIn(route), '80')).toEqual(asked);
  expect(parseRoute(recordIn(route), '81')).toBeUndefined();
  expect(parseListener(recordIn(rest), '80')).toEqual(site(asked).listener);
  expect(parseRoute(recordIn(rest), '80')).toBeUndefined();
});

test('whatever a definition says: refused, or nothing in it is a placeholder or a pattern', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      '{env.HOME}',
      'a.example.net',
      '/a(b|c)',
      '192.0.2.0/24',
      '\\{x}',
      'a\r\nb: c',
      '/a.b',
      '127.0.0.1:80',
    ),
  );
  const spec = fc.record({
    hostname: text,
    path: text.map((one) => (one.startsWith('/') ? one : `/${one}`)),
    allow: fc.array(text, { maxLength: 1 }),
    deny: fc.array(text, { maxLength: 1 }),
    headers: fc.dictionary(text, text, { maxKeys: 1 }),
    backendTls: fc.option(fc.record({ verify: fc.boolean(), serverName: text })),
  });
  fc.assert(
    fc.property(spec, text, (given, target) => {
      let rendered: Json;
      try {
        rendered = renderRoute(record(given, [target]));
      } catch (error) {
        expect(isFleetError(error) ? error.code : error).toBe('CADDY_ROUTE');
        return;
      }
      const { match, handle } = fieldsOf(rendered) ?? {};
      // The record is data: Caddy replaces nothing in objects of a `vars` handler.
      const used = JSON.stringify([match, listOf(handle).slice(1)]);
      for (const value of strings(JSON.parse(used))) {
        expect(value.replace(/\\[{}]/g, '')).not.toMatch(/[{}\r\n]/);
      }
    }),
    { numRuns: 2000 },
  );
});

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(strings)];
}

test.each<[Partial<RouteSpec>, string | undefined]>([
  [{}, undefined],
  [{ mode: 'l4', tls: true, proxyProtocol: true }, 'caddy cannot do mode l4: it sees requests, not connections'],
  [{ proxyProtocol: true }, 'caddy cannot do proxy_protocol: it sends no PROXY v2'],
  [{ rateLimit: 5, path: '/a%20b' }, expect.stringContaining('rate_limit') as unknown as string],
])('%o: what Caddy cannot do is told', (given, why) => {
  expect(caddyLimit(record(given).spec)).toEqual(why);
});
