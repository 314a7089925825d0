import { listenerActions, proxyAction, routeActions } from '@reconcile/testkit/proxy';
import { expect, test } from 'vitest';
import { emptyManifest } from '../record/manifest.ts';
import { Draft } from './draft.ts';

const plain = listenerActions(80);
const tls = listenerActions(443, { tls: true });
const target = ['127.0.0.1:31001'];
const web = routeActions({ listener: 80, hostname: 'web.example.net' });

function begun(): Draft {
  const draft = new Draft(emptyManifest);
  for (const action of [plain.create, tls.create, web.create(target)]) draft.apply(action, 0);
  return draft;
}

const route = (given: Partial<Parameters<typeof routeActions>[0]>) =>
  routeActions({ listener: 80, hostname: 'other.example.net', ...given }).create(target);

const secure = { listener: 443, mode: 'l7', tls: true, certificate: 'other.example.net' } as const;

test.each([
  ['its listener is missing', route({ listener: 81 }), 'HAPROXY_NO_LISTENER'],
  ['l7 where TLS is spoken', { ...route({ listener: 443 }) }, 'HAPROXY_NOT_SUPPORTED'],
  ['l4 where it is not', route({ tls: true }), 'HAPROXY_NOT_SUPPORTED'],
  ['a path in l4', route({ listener: 443, tls: true, path: '/a' }), 'HAPROXY_NOT_SUPPORTED'],
  ['a rate limit that is none', route({ rateLimit: 0.5 }), 'HAPROXY_ROUTE'],
  ['an allow list of names', route({ allow: ['example.net'] }), 'HAPROXY_ROUTE'],
  ['a deny list with a second line', route({ deny: ['192.0.2.0/24\n  mode tcp'] }), 'HAPROXY_ROUTE'],
  ['a header with a space', route({ headers: { 'x a': 'b' } }), 'HAPROXY_ROUTE'],
  ['a header with a second line', route({ headers: { 'x-a': 'b\r\nset-cookie: c' } }), 'HAPROXY_ROUTE'],
  ['backend_tls with another word', route({ backendTls: { verify: true, serverName: 'a b' } }), 'HAPROXY_ROUTE'],
  ['TLS without a certificate', route({ ...secure, certificate: '' }), 'HAPROXY_NOT_SUPPORTED'],
  ['TLS with a certificate that is not there', route(secure), 'HAPROXY_CERTIFICATE'],
  ['a certificate in another directory', route({ ...secure, certificate: '../a' }), 'HAPROXY_ROUTE'],
  [
    'a root outside of its directory',
    route({ remote: { address: '192.0.2.1', port: 443, serverName: 'a', ca: '../ca/a.pem' } }),
    'HAPROXY_ROUTE',
  ],
  ['a bad name', route({ hostname: 'a b' }), 'HAPROXY_ROUTE'],
  ['a bad target', routeActions({ listener: 80, hostname: 'c' }).create(['127.0.0.1:1 check']), 'HAPROXY_ROUTE'],
  ['a bad bind', listenerActions(81, { binds: ['127.0.0.1:81\n  mode tcp'] }).create, 'HAPROXY_ROUTE'],
  ['no bind', listenerActions(81, { binds: [] }).create, 'HAPROXY_ROUTE'],
  ['another port than its name', proxyAction('listener/82', 'create', { spec: plain.spec }), 'HAPROXY_ROUTE'],
  ['a verb of others', proxyAction(web.key, 'drain', {}), 'HAPROXY_VERB'],
  ['a kind of others', proxyAction('record/A/web', 'create', {}), 'HAPROXY_VERB'],
])('%s is refused and changes nothing', (_name, action, code) => {
  const draft = begun();
  const before = draft.done();
  expect(() => draft.apply(action, 0)).toThrow(expect.objectContaining({ code }));
  expect(draft.done()).toEqual(before);
});

test('the same name twice is a conflict, until the first one is gone', () => {
  const draft = begun();
  const other = { ...web.create(target), key: 'route/80/twin' as const };
  expect(() => draft.apply(other, 0)).toThrow(expect.objectContaining({ code: 'HAPROXY_CONFLICT' }));
  draft.apply(web.delete, 0);
  draft.apply(other, 0);
  expect(Object.keys(draft.done().routes)).toEqual(['route/80/twin']);
});

test('parking keeps its first moment and only those targets that there are', () => {
  const draft = begun();
  draft.apply(web.park([...target, '127.0.0.1:9']), 1000);
  draft.apply(web.park(target), 2000);
  expect(draft.done().routes[web.key]).toMatchObject({ parked: target, parkedAt: 1000, targets: target });
  draft.apply(web.unpark(['127.0.0.1:31002']), 3000);
  expect(draft.done().routes[web.key]).toMatchObject({ parked: [], parkedAt: 0, targets: ['127.0.0.1:31002'] });
  draft.apply(web.delete, 4000);
  draft.apply(web.park(target), 5000);
  expect(draft.done().routes).toEqual({});
});
