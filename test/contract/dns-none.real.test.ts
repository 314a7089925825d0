import { checkPointing } from '@reconcile/drivers/dns-none';
import { createReadHost } from '@reconcile/host';
import { type Dnsmasq, dnsmasq, serversLacking } from '@reconcile/testkit/dns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

describe.skipIf(serversLacking !== undefined)(`names that others look after ${serversLacking ?? ''}`, () => {
  let server: Dnsmasq;
  beforeAll(async () => {
    server = await dnsmasq([
      'local=/example.com/',
      'host-record=web.example.com,192.0.2.10,2001:db8::10',
      'host-record=four.example.com,192.0.2.10',
      'host-record=two.example.com,192.0.2.10',
      'host-record=two.example.com,192.0.2.66',
      'cname=www.example.com,four.example.com',
    ]);
  });
  afterAll(() => server.close());
  const check = (hostname: string, more: object = {}) =>
    checkPointing(createReadHost(), {
      hostname,
      addresses: ['192.0.2.10', '2001:DB8:0::10'],
      server: server.server,
      timeoutMs: 2000,
      ...more,
    });

  test.each([
    ['web.example.com', {}, 'here', 'points here'],
    ['four.example.com', {}, 'here', 'points here'],
    ['www.example.com', {}, 'here', 'points here'],
    ['two.example.com', {}, 'partly', 'points here, and to 192.0.2.66'],
    ['four.example.com', { addresses: ['192.0.2.1'] }, 'elsewhere', 'points to 192.0.2.10'],
    ['none.example.com', {}, 'absent', 'there is no none.example.com'],
  ])('%s %j: %s', async (hostname, more, verdict, says) => {
    expect(await check(hostname, more)).toMatchObject({ verdict, says });
  });

  test('a resolver that is silent, or away: unknown, and told within the deadline', async () => {
    const startedAt = Date.now();
    await server.freeze();
    expect(await check('web.example.com', { timeoutMs: 200 })).toMatchObject({ verdict: 'unknown', values: [] });
    server.wake();
    expect(await check('web.example.com', { server: '127.0.0.1:1', timeoutMs: 500 })).toMatchObject({
      verdict: 'unknown',
    });
    expect(Date.now() - startedAt).toBeLessThan(2000);
  });
});
