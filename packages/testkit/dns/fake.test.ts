import { expect, test } from 'vitest';
import { describeLaw } from '../contract/law.ts';
import { bareContext } from '../proxy/context.ts';
import { recordActions, recordKinds, recordScript } from './actions.ts';
import { FakeDns } from './fake.ts';

const place = { zone: 'example.net', driver: 'rfc2136' } as const;

describeLaw('DNS in memory', async () => {
  const dns = new FakeDns();
  const foreign = recordActions({ ...place, hostname: 'mail.example.net' });
  return {
    driver: dns.driver,
    kinds: recordKinds,
    script: recordScript(place),
    observing: () => bareContext(undefined),
    applying: (signal) => bareContext(undefined, signal),
    fingerprint: async () => JSON.stringify([dns.serial, ...dns.found]),
    refused: [{ action: foreign.create, code: 'DNS_FAKE_NOT_OURS' }],
    foreign: {
      place: async () =>
        dns.place({ type: 'A', hostname: 'mail.example.net', ...place, state: { values: ['192.0.2.5'] } }),
      left: async () => dns.found.get('record/A/mail.example.net')?.state.values.join() === '192.0.2.5',
    },
    close: async () => undefined,
  };
});

test('a server that is down is no empty zone', async () => {
  const dns = new FakeDns();
  dns.faults.isDown = true;
  await expect(dns.driver.observe(bareContext(undefined))).rejects.toThrow();
});
