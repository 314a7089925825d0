import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFleetError } from '@reconcile/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, encode } from './codec.ts';
import { calls, type Field, type Message, type MessageName, messages, service } from './messages.ts';

const proto = readFileSync(join(import.meta.dirname, '../../../../specs/mcproxy.proto'), 'utf8');

test('messages and calls are those of mcproxy.proto', () => {
  const written: Record<string, Record<string, Field>> = {};
  for (const [, name = '', body = ''] of proto.matchAll(/^message (\w+) \{([^}]*)\}/gm)) {
    written[name] = {};
    for (const [, repeated, type, key = '', number] of body.matchAll(/^ {2}(repeated )?(\w+) (\w+) = (\d+);/gm)) {
      const field = { number: Number(number), type: type as Field['type'] };
      written[name][key] = repeated === undefined ? field : { ...field, repeated: true };
    }
  }
  expect(messages).toEqual(written);
  const rpcs = [...proto.matchAll(/rpc (\w+)\((\w+)\) returns \((\w+)\)/g)].map(([, name, from, to]) => [
    name,
    [from, to],
  ]);
  expect(calls).toEqual(Object.fromEntries(rpcs));
  expect(service).toBe(`${/package (.*);/.exec(proto)?.[1]}.${/service (\w+)/.exec(proto)?.[1]}`);
});

test('bytes as protoc 3.21 writes them', () => {
  const request = {
    listener_addr: ':443',
    route: route({ hostname: 'a', backend: 'b', mode: 'l4', send_proxy_protocol: true }),
  };
  expect(encode('AddRouteRequest', request).toString('hex')).toBe('0a043a343433120c0a01611201621a026c343801');
  const status = {
    version: 'v1',
    listeners: [{ addr: ':1', route_count: 300, active_connections: 0 }],
    total_connections: -1,
  };
  expect(encode('GetStatusResponse', status).toString('hex')).toBe('0a02763112070a023a3110ac0218ffffffffffffffffff01');
});

function route(given: Partial<Message<'Route'>>): Message<'Route'> {
  return {
    hostname: '',
    backend: '',
    mode: '',
    tls_cert: '',
    tls_key: '',
    backend_tls: false,
    send_proxy_protocol: false,
    ...given,
  };
}

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const number = fc.maxSafeInteger();
const anyRoute = fc.record({
  hostname: text,
  backend: text,
  mode: text,
  tls_cert: text,
  tls_key: text,
  backend_tls: fc.boolean(),
  send_proxy_protocol: fc.boolean(),
});
const listener = fc.record({ addr: text, route_count: number, active_connections: number });

test('what is written is read', () => {
  const status = fc.record({ version: text, listeners: fc.array(listener), total_connections: number });
  const list = fc.record({ listener_addr: text, routes: fc.array(anyRoute) });
  const add = fc.record({ listener_addr: text, route: anyRoute });
  fc.assert(
    fc.property(status, list, add, (one, two, three) => {
      expect(decode('GetStatusResponse', encode('GetStatusResponse', one))).toEqual(one);
      expect(decode('ListRoutesResponse', encode('ListRoutesResponse', two))).toEqual(two);
      expect(decode('AddRouteRequest', encode('AddRouteRequest', three))).toEqual(three);
    }),
  );
});

test('unknown fields are skipped', () => {
  const known = encode('ListRoutesRequest', { listener_addr: ':443' });
  const more = ['f8012a', 'fa010161', 'f9010011223344556677', 'fd0100112233'];
  for (const hex of more) {
    const bytes = Buffer.concat([Buffer.from(hex, 'hex'), known]);
    expect(decode('ListRoutesRequest', bytes)).toEqual({ listener_addr: ':443' });
  }
});

test('whatever bytes come: a message or MCPROXY_GARBLED', () => {
  const names = Object.keys(messages) as MessageName[];
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.uint8Array({ maxLength: 200 }), (name, bytes) => {
      try {
        expect(typeof decode(name, bytes)).toBe('object');
      } catch (error) {
        expect(isFleetError(error) ? error.code : error).toBe('MCPROXY_GARBLED');
      }
    }),
    { numRuns: 3000 },
  );
  const whole = encode('ListRoutesResponse', {
    listener_addr: ':443',
    routes: [route({ hostname: 'web.example.net' })],
  });
  for (let length = 1; length < whole.length; length++) {
    // Whole again after the first field.
    if (length === 6) continue;
    expect(() => decode('ListRoutesResponse', whole.subarray(0, length))).toThrow();
  }
});
