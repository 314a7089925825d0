import { expect, test } from 'vitest';
import { probeTarget } from './ports.ts';
import { type ContainerSpec, containerDefaults, type PublishedPort } from './spec.ts';

const port = (protocol: 'tcp' | 'udp', host: number, container = host, count = 1): PublishedPort => ({
  ip: '192.0.2.1',
  host,
  container,
  count,
  protocol,
});
const spec = (...ports: readonly PublishedPort[]): ContainerSpec => ({ ...containerDefaults, ports });
const at = (n: number) => ({ ip: '192.0.2.1', port: n });

test.each([
  ['udp alone', spec(port('udp', 53)), null, { endpoint: null, udp: at(53), containerPort: null }],
  ['both', spec(port('tcp', 53), port('udp', 53)), null, { endpoint: at(53), udp: at(53), containerPort: 53 }],
  ['udp of another port', spec(port('tcp', 80), port('udp', 53)), null, { endpoint: at(80), containerPort: 80 }],
  ['the one asked for', spec(port('tcp', 80), port('udp', 53)), 53, { endpoint: null, udp: at(53), containerPort: 53 }],
  ['within a range', spec(port('udp', 5000, 6000, 10)), 6003, { endpoint: null, udp: at(5003), containerPort: 6003 }],
])('%s', (_name, of, wanted, place) => {
  expect(probeTarget(of, wanted, () => undefined)).toEqual(place);
});
