import { expect, test } from 'vitest';
import { fromWire, toWire } from './wire.ts';

const beside = { prefix: '/srv/r/haproxy/' };
const pem = '-----BEGIN CERTIFICATE-----\nabc.pem\n';

test.each([
  ['show map routes-443.map', 'show map /srv/r/haproxy/routes-443.map'],
  [
    'add map routes-443.map web.example.net/x.pem b0001',
    'add map /srv/r/haproxy/routes-443.map web.example.net/x.pem b0001',
  ],
  ['show ssl crt-list -n crt-443.list', 'show ssl crt-list -n /srv/r/haproxy/crt-443.list'],
  [
    'add ssl crt-list crt-443.list <<\nweb.net.pem web.net\n',
    'add ssl crt-list /srv/r/haproxy/crt-443.list <<\n/srv/r/haproxy/web.net.pem web.net\n',
  ],
  [
    'del ssl crt-list crt-443.list web.net.pem:3',
    'del ssl crt-list /srv/r/haproxy/crt-443.list /srv/r/haproxy/web.net.pem:3',
  ],
  [`set ssl cert web.net.pem <<\n${pem}`, `set ssl cert /srv/r/haproxy/web.net.pem <<\n${pem}`],
  ['set server b0001/s1 state ready', 'set server b0001/s1 state ready'],
  ['show ssl cert', 'show ssl cert'],
])('%j is asked as %j beside somebody else, and as it is of our own', (command, wired) => {
  expect(toWire(command, beside)).toBe(wired);
  expect(toWire(command, { prefix: '' })).toBe(command);
});

test('certificates of others are not among the answers, and ours have their bare names again', () => {
  const lines = [
    '# filename',
    '/etc/ssl/theirs.pem',
    'theirs.pem',
    '/srv/r/haproxy/web.net.pem',
    '*/srv/r/haproxy/b.pem',
  ];
  expect(fromWire('show ssl cert', lines, beside)).toEqual(['web.net.pem', '*b.pem']);
  const list = ['# /srv/r/haproxy/crt-443.list', '/srv/r/haproxy/web.net.pem:3 web.net'];
  expect(fromWire('show ssl crt-list -n crt-443.list', list, beside)).toEqual([
    '# crt-443.list',
    'web.net.pem:3 web.net',
  ]);
  expect(fromWire('show ssl cert', lines, { prefix: '' })).toEqual(lines);
});
