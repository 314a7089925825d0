import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rfc2136Table } from '../table/index.ts';
import { parseKey } from './key.ts';
import { rfc2136Settings } from './settings.ts';

const secret = 'c2VjcmV0LXNlY3JldC1zZWNyZXQ=';

test.each([
  ['tsig-keygen', `key "Key.Example.net." {\n\talgorithm hmac-sha256;\n\tsecret "${secret}";\n};\n`],
  [
    'without quotes, with comments',
    `# key "x" { }\n// mine\nkey key.example.net { algorithm HMAC-SHA256; secret ${secret}; };`,
  ],
  ['keymgr -t', `# hmac-sha256:key:AAAA\nkey:\n- id: key.example.net\n  algorithm: hmac-sha256\n  secret: ${secret}\n`],
])('a key as %s prints it', (_name, text) => {
  expect(parseKey(text)).toEqual({ name: 'key.example.net', secret: Buffer.from(secret, 'base64') });
});

test.each([
  '',
  'key "a" { };',
  `key "a" { algorithm hmac-md5; secret "${secret}"; };`,
  `key "a..b" { algorithm hmac-sha256; secret "${secret}"; };`,
])('no key: %j', (text) => expect(parseKey(text)).toBeUndefined());

test('any text is a key or none', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseKey(text)));
});

test.each([
  ['192.0.2.53', { ip: '192.0.2.53', port: 53 }],
  ['192.0.2.53:5353', { ip: '192.0.2.53', port: 5353 }],
  ['[2001:db8::53]', { ip: '2001:db8::53', port: 53 }],
  ['[2001:db8::53]:5353', { ip: '2001:db8::53', port: 5353 }],
])('server %s', (server, wanted) => {
  const table = rfc2136Table.parse({ server, key_file: '/k' });
  expect(rfc2136Settings('example.net', table)).toEqual({
    zone: 'example.net',
    server: wanted,
    keyFile: '/k',
    ttl: 60,
    timeoutMs: 5000,
  });
});

test('a server is an address: its name would need a server', () => {
  expect(rfc2136Table.safeParse({ server: 'ns.example.net', key_file: '/k' }).success).toBe(false);
});
