import { expect, test } from 'vitest';
import { reliedOnBy } from './relied.ts';

const config = (tables: Record<string, unknown>) => ({
  addresses: [{ name: 'overlay', ip: '192.0.2.1' }],
  driverTable: (name: string) => tables[name],
});

test.each([
  ['an address of this machine', { hosts: { server: '127.0.0.1:5353' } }, ['[drivers.hosts] 127.0.0.1:5353']],
  ['one of its named ones', { rfc2136: { server: '192.0.2.1:53' } }, ['[drivers.rfc2136] 192.0.2.1:53']],
  ['a URL, IPv6', { mcns: { url: 'https://[::1]:8443/v1' } }, ['[drivers.mcns] ::1:8443']],
  ['in a table below', { rfc2136: { zones: { a: { server: '127.0.0.2:53' } } } }, ['[drivers.rfc2136] 127.0.0.2:53']],
  ['another machine’s', { rfc2136: { server: '192.0.2.9:53' } }, []],
  ['a name', { mcns: { url: 'https://dns.example.net:8443' } }, []],
  ['something else', { hosts: { dir: '/run/hosts', n: 1 }, acme: null }, []],
  ['a driver that serves itself', { haproxy: { stats: '127.0.0.1:8404' } }, []],
])('%s', (_, tables, found) => {
  expect(reliedOnBy(config(tables)).map(({ by, ip, port }) => `${by} ${ip}:${port}`)).toEqual(found);
});
