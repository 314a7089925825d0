import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { busyClash, clashes, parsePortClaim, plainIp, portClaim } from './claim.ts';
import type { Claim } from './resource.ts';

const tcp = (ip: string, port: number, count = 1) => portClaim('tcp', ip, port, count);

describe('clashes', () => {
  const cases: [string, Claim, Claim, boolean][] = [
    ['same address and port', tcp('192.0.2.1', 53), tcp('192.0.2.1', 53), true],
    ['tcp and udp', tcp('192.0.2.1', 53), portClaim('udp', '192.0.2.1', 53), false],
    ['two addresses', tcp('192.0.2.1', 53), tcp('192.0.2.2', 53), false],
    ['any IPv4 and one IPv4', tcp('0.0.0.0', 53), tcp('192.0.2.1', 53), true],
    ['any IPv4 and one IPv6', tcp('0.0.0.0', 53), tcp('2001:db8::1', 53), false],
    ['any IPv6 is dual-stack', tcp('[::]', 53), tcp('192.0.2.1', 53), true],
    ['no address at all', tcp('', 53), tcp('2001:db8::1', 53), true],
    ['two spellings of one IPv6', tcp('2001:DB8:0:0:0:0:0:1', 53), tcp('[2001:db8::1]', 53), true],
    ['IPv4-mapped', tcp('::ffff:192.0.2.1', 53), tcp('192.0.2.1', 53), true],
    ['ranges that touch', tcp('', 5000, 11), tcp('', 5010), true],
    ['ranges that do not', tcp('', 5000, 10), tcp('', 5010), false],
    [
      'one volume in a slot',
      { scope: 'slot', kind: 'volume', value: 'data' },
      { scope: 'slot', kind: 'volume', value: 'data' },
      true,
    ],
    [
      'scopes apart',
      { scope: 'slot', kind: 'volume', value: 'data' },
      { scope: 'node', kind: 'volume', value: 'data' },
      false,
    ],
  ];
  it.each(cases)('%s', (_name, a, b, expected) => {
    expect(clashes(a, b)).toBe(expected);
    expect(clashes(b, a)).toBe(expected);
  });

  it('is symmetric and reflexive for any port claim', () => {
    const ip = fc.oneof(fc.constantFrom('', '0.0.0.0', '::', '127.0.0.1', '::1'), fc.ipV4(), fc.ipV6());
    const claim = fc
      .record({
        protocol: fc.constantFrom('tcp' as const, 'udp' as const),
        ip,
        first: fc.integer({ min: 1, max: 60_000 }),
        count: fc.integer({ min: 1, max: 20 }),
      })
      .map((c) => portClaim(c.protocol, c.ip, c.first, c.count));
    fc.assert(
      fc.property(claim, claim, (a, b) => {
        expect(clashes(a, a)).toBe(true);
        expect(clashes(a, b)).toBe(clashes(b, a));
        expect(parsePortClaim(a.value)).toBeDefined();
      }),
    );
  });
});

describe('plainIp', () => {
  it.each([
    ['[::]', '::'],
    ['*', ''],
    ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
    ['::1', '::1'],
    ['fe80::', 'fe80::'],
    ['127.0.0.1', '127.0.0.1'],
  ])('%s is %s', (from, to) => expect(plainIp(from)).toBe(to));

  it('gives one spelling per address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (ip) => {
        expect(plainIp(plainIp(ip))).toBe(plainIp(ip));
      }),
    );
  });
});

describe('busyClash', () => {
  it('sees a socket on all addresses in the way of one', () => {
    expect(busyClash(tcp('192.0.2.1', 53), { protocol: 'tcp', ip: '0.0.0.0', port: 53 })).toBe(true);
    expect(busyClash(tcp('192.0.2.1', 53), { protocol: 'tcp', ip: '127.0.0.53', port: 53 })).toBe(false);
    expect(busyClash(portClaim('udp', '', 53), { protocol: 'udp', ip: '127.0.0.53', port: 53 })).toBe(true);
  });
});
