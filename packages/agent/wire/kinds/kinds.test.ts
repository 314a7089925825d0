import type { Desired, Resource, ResourceKey } from '@reconcile/core';
import { defaultBlast, emptyHistory } from '@reconcile/core';
import { type RouteSpec, routeDefaults, routeReferences } from '@reconcile/core/kinds/route';
import { plan } from '@reconcile/core/plan';
import { expect, test } from 'vitest';
import { nodeKinds } from './kinds.ts';

const listener: Resource = {
  key: 'listener/443',
  kind: 'listener',
  slot: 'listener/443',
  services: ['web'],
  spec: { port: 443, binds: ['127.0.0.1:8443'], tls: true },
  specHash: '1',
  references: [],
  claims: [],
};

function routeResource(given: Partial<RouteSpec>): Resource {
  const spec = { ...routeDefaults, ...given };
  const key: ResourceKey = `route/443/${spec.hostname}`;
  const references = routeReferences(spec);
  return {
    key,
    kind: 'route',
    slot: key,
    services: ['web'],
    spec: spec as never,
    specHash: '1',
    references,
    claims: [],
  };
}

function desiredWith(...resources: readonly Resource[]): Desired {
  return {
    fleet: 'home',
    node: 'rift',
    generation: 1,
    commit: '0'.repeat(40),
    stages: [],
    services: { web: { stage: 0, active: true } },
    resources: Object.fromEntries(resources.map((resource) => [resource.key, resource])),
    refusals: [],
    absences: [],
    allows: [],
    policy: { mounts: [], images: ['*'], flags: [], blast: defaultBlast },
  };
}

async function planOf(proxy: 'haproxy' | 'caddy' | 'mcproxy', desired: Desired) {
  const kinds = await nodeKinds({ drivers: { containers: 'none', proxy } });
  const observed = { node: 'rift', at: 0, bootId: 'boot-1', resources: {}, blind: {}, busy: [] };
  return plan({ desired, observed, kinds, history: emptyHistory, now: 0, served: ['listener', 'route'] });
}

test('what the proxy of this node cannot do is unmanaged, with the reason, and its listener is not opened for it', async () => {
  const mail = routeResource({ hostname: 'mail.example.net', mode: 'l4' });
  const { unmanaged, actions } = await planOf('caddy', desiredWith(listener, mail));
  expect(unmanaged).toEqual([
    { key: mail.key, services: ['web'], why: 'caddy cannot do mode l4: it sees requests, not connections' },
  ]);
  expect(actions).toEqual([]);
});

test('what it can do is done, and HAProxy does both', async () => {
  const mail = routeResource({ hostname: 'mail.example.net', mode: 'l4' });
  const web = routeResource({ hostname: 'web.example.net' });
  const { unmanaged, actions } = await planOf('caddy', desiredWith(listener, mail, web));
  expect(unmanaged.map(({ key }) => key)).toEqual([mail.key]);
  expect(actions.map(({ id }) => id)).toEqual(['listener/443#create', `${web.key}#create`]);
  expect((await planOf('haproxy', desiredWith(listener, mail, web))).unmanaged).toEqual([]);
});

test('MC-Proxy: one backend for each name, and no listener without TLS', async () => {
  const web = routeResource({
    hostname: 'web.example.net',
    redirectFrom: 80,
    backends: [{ slot: 'web/web', route: '' }],
    certificate: '',
  });
  const slots = ['web/web/1', 'web/web/2'].map(
    (slot): Resource => ({ ...listener, key: `container/${slot.replaceAll('/', '-')}`, kind: 'container', slot }),
  );
  const plain: Resource = {
    ...listener,
    key: 'listener/80',
    slot: 'listener/80',
    spec: { port: 80, binds: [], tls: false },
  };
  const alone = await planOf('mcproxy', desiredWith(listener, plain, web));
  expect(alone.unmanaged.map(({ key, why }) => `${key}: ${why}`)).toEqual([
    'listener/80: mcproxy cannot do a listener without TLS',
  ]);
  const route = (await nodeKinds({ drivers: { containers: 'none', proxy: 'mcproxy' } })).find(
    ({ kind }) => kind === 'route',
  );
  expect(route?.declines?.(web, desiredWith(listener, web, ...slots))).toBe('mcproxy cannot do 2 replicas');
  expect(route?.declines?.(web, desiredWith(listener, web, ...slots.slice(1)))).toBeUndefined();
});
