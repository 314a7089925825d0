import { routeDefaults } from '@reconcile/core/kinds/route';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkHostname, checkPath, formatAddress, mapKey, parseAddress, plainBind } from './names.ts';

describe('hostnames', () => {
  test.each(['localhost', 'web.example.net', '127.0.0.1', 'a-b.c', `${'a'.repeat(63)}.net`])('%s', (name) => {
    expect(checkHostname(name)).toBe(name);
  });
  test('upper case is the same name', () => {
    expect(checkHostname('Web.Example.NET')).toBe('web.example.net');
  });
  test.each([
    '',
    '.',
    'web.',
    '.net',
    'a..b',
    '-a.net',
    'a-.net',
    '*.example.net',
    'a_b.net',
    'a b',
    'a/b',
    'example.net\n backend evil',
    'a.net;disable',
    'a.net #',
    'ü.net',
    `${'a'.repeat(64)}.net`,
    `${'a.'.repeat(127)}`,
    `${'a.'.repeat(126)}aa`,
  ])('not %j', (name) => {
    expect(() => checkHostname(name)).toThrow(expect.objectContaining({ code: 'HAPROXY_ROUTE' }));
  });
});

describe('paths', () => {
  test.each([
    ['/', ''],
    ['/api', '/api'],
    ['/api/', '/api'],
    ['/a/b.c/~d@e', '/a/b.c/~d@e'],
    ['/a%20b', '/a%20b'],
  ])('%s', (path, bare) => {
    expect(checkPath(path)).toBe(bare);
  });
  test.each([
    '',
    'api',
    '//',
    '/a//b',
    '/..',
    '/a/../b',
    '/./a',
    '/a b',
    '/a;b',
    '/a#',
    '/a?b',
    '/%zz',
    '/a\\b',
    '/a"',
    '/\n',
  ])('not %j', (path) => {
    expect(() => checkPath(path)).toThrow(expect.objectContaining({ code: 'HAPROXY_ROUTE' }));
  });
});

test('whatever is taken is one word that means nothing to a configuration, a map or the runtime API', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.constantFrom('l4', 'l7'), (hostname, path, mode) => {
      let key: string;
      try {
        key = mapKey({ ...routeDefaults, hostname, path: `/${path}`, mode: mode as 'l4' | 'l7' });
      } catch {
        return;
      }
      expect(key).toMatch(/^[A-Za-z0-9./_~%@:+,=-]+$/);
      expect(key).not.toMatch(/^[@#-]/);
    }),
  );
});

describe('addresses', () => {
  test.each([
    ['127.0.0.1:80', { ip: '127.0.0.1', port: 80 }],
    ['[::1]:443', { ip: '::1', port: 443 }],
    ['[0:0:0:0:0:0:0:1]:443', { ip: '::1', port: 443 }],
  ])('%s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
    expect(parseAddress(formatAddress(address))).toEqual(address);
  });
  test.each([
    '',
    '127.0.0.1',
    '127.0.0.1:0',
    '127.0.0.1:65536',
    '127.0.0.1:80 check',
    'localhost:80',
    '::1:80',
    '256.0.0.1:1',
    '[x]:1',
    '127.0.0.1:08x',
  ])('not %j', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'HAPROXY_ROUTE' }));
  });
  test.each([
    [':80', '[::]:80'],
    ['*:80', '[::]:80'],
    ['[::]:80', '[::]:80'],
    ['0.0.0.0:80', '0.0.0.0:80'],
  ])('bind %s', (bind, plain) => {
    expect(plainBind(bind)).toBe(plain);
  });
});
