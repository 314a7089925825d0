import { type ContainerSpec, containerDefaults, type PublishedPort } from '@reconcile/core/kinds/container';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FreePorts, movePorts } from './ports.ts';

const port = (ip: string, host: number, more: Partial<PublishedPort> = {}): PublishedPort => ({
  ip,
  host,
  container: 80,
  count: 1,
  protocol: 'tcp',
  ...more,
});
const spec = (more: Partial<ContainerSpec>): ContainerSpec => ({ ...containerDefaults, ...more });

test.each<[string, PublishedPort, string, string]>([
  ['one address', port('127.0.0.1', 8080), '127.0.0.1:8080', '127.0.0.1:20000'],
  ['all addresses', port('', 8080), '*:8080', '127.0.0.1:20000'],
  ['all addresses, spelt out', port('0.0.0.0', 8080), '*:8080', '127.0.0.1:20000'],
  ['IPv6', port('::1', 8080), '[::1]:8080', '127.0.0.1:20000'],
  ['below 1024', port('192.0.2.1', 53, { protocol: 'udp' }), '192.0.2.1:53', '127.0.0.1:20000'],
  ['a range', port('', 5000, { count: 3 }), '*:5000-5002', '127.0.0.1:20000-20002'],
])('%s', (...[, from, was, is]) => {
  const made = movePorts(spec({ ports: [from] }), new FreePorts([]));
  expect(made?.moved).toEqual([{ protocol: from.protocol, from: was, to: is }]);
  expect(made?.spec.ports).toEqual([{ ...from, ip: '127.0.0.1', host: 20_000 }]);
});

test('the same number at two addresses, and in both protocols, is two ports', () => {
  const ports = [port('127.0.0.2', 53), port('127.0.0.3', 53), port('127.0.0.2', 53, { protocol: 'udp' })];
  const made = movePorts(spec({ ports }), new FreePorts([20_001]));
  expect(made?.spec.ports.map(({ host }) => host)).toEqual([20_000, 20_002, 20_003]);
});

test.each<[string, PublishedPort, { ip: string; port: number }, { ip: string; port: number }]>([
  ['its very address', port('192.0.2.1', 8080), { ip: '192.0.2.1', port: 8080 }, { ip: '127.0.0.1', port: 20_000 }],
  ['one of all', port('', 8080), { ip: '127.0.0.1', port: 8080 }, { ip: '127.0.0.1', port: 20_000 }],
  ['inside a range', port('', 8080, { count: 4 }), { ip: '', port: 8082 }, { ip: '127.0.0.1', port: 20_002 }],
])('a route goes with the port that reaches it: %s', (...[, from, fixed, to]) => {
  const routes = [{ name: '', containerPort: 80, fixed }];
  expect(movePorts(spec({ ports: [from], routes }), new FreePorts([]))?.spec.routes).toEqual([
    { name: '', containerPort: 80, fixed: to },
  ]);
});

test('a route with a leased port is left to the planner', () => {
  const routes = [{ name: 'api', containerPort: null, fixed: null }];
  expect(movePorts(spec({ routes }), new FreePorts([]))).toEqual({ spec: spec({ routes }), moved: [] });
});

test('nothing is given that somebody has, and nothing twice', () => {
  const number = fc.integer({ min: 20_000, max: 20_060 });
  fc.assert(
    fc.property(fc.array(number), fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 20 }), (taken, counts) => {
      const free = new FreePorts(taken);
      const given = counts.flatMap((count) => {
        const first = free.take(count) ?? Number.NaN;
        return Array.from({ length: count }, (_, at) => first + at);
      });
      expect(given.every(Number.isInteger)).toBe(true);
      expect(new Set(given).size).toBe(given.length);
      expect(given.filter((one) => taken.includes(one))).toEqual([]);
    }),
  );
});

test('no room: said, not guessed', () => {
  const all = Array.from({ length: 40_000 }, (_, at) => at);
  expect(new FreePorts(all).take(1)).toBeUndefined();
  expect(movePorts(spec({ ports: [port('', 80)] }), new FreePorts(all))).toBeUndefined();
});
