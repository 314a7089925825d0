import { expect, test } from 'vitest';
import { describeLaw } from '../contract/law.ts';
import { listenerActions, proxyScript, routeActions } from './actions.ts';
import { bareContext } from './context.ts';
import { FakeProxy, proxyKinds } from './fake.ts';

describeLaw('proxy in memory', async () => {
  const proxy = new FakeProxy();
  const orphan = routeActions({ listener: 81, hostname: 'web.example.net' });
  return {
    driver: proxy.driver,
    kinds: proxyKinds,
    script: proxyScript({ plain: 8080, tls: 8443, spare: 8081 }),
    observing: () => bareContext(undefined),
    applying: (signal) => bareContext(undefined, signal),
    fingerprint: async () => proxy.fingerprint(),
    refused: [{ action: orphan.create(['127.0.0.1:31001']), code: 'PROXY_NO_LISTENER' }],
    close: async () => undefined,
  };
});

test('a stopped proxy shows its listeners unbound and its routes drifted', async () => {
  const proxy = new FakeProxy();
  const cx = bareContext(undefined);
  await proxy.driver.apply(cx, listenerActions(80).create);
  await proxy.driver.apply(cx, routeActions({ listener: 80, hostname: 'web.example.net' }).create(['127.0.0.1:31001']));
  proxy.faults.stopped = true;
  const { resources } = await proxy.driver.observe(cx);
  expect(resources.map((resource) => resource.state)).toEqual([
    { binds: [], tls: false },
    { targets: ['127.0.0.1:31001'], parked: false, drifted: true },
  ]);
});
