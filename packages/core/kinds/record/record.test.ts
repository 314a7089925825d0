import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Desired, KindView, Observed, Resource } from '../../model/index.ts';
import {
  isHostname,
  isIpv4,
  isIpv6,
  markText,
  parseMark,
  type RecordSpec,
  type RecordState,
  record,
  recordProblem,
  seenRecord,
} from './index.ts';

const spec: RecordSpec = {
  type: 'A',
  hostname: 'web.example.net',
  zone: 'example.net',
  driver: 'rfc2136',
  value: '192.0.2.10',
  routes: ['route/443/web.example.net', 'route/443/web.example.net/api'],
};
const me = { fleet: 'home', node: 'rift' };
const mark = { ...me, services: ['web'], routes: spec.routes };
const found = (state: RecordState, more: object = {}) =>
  seenRecord({ type: 'A', hostname: spec.hostname, zone: spec.zone, driver: 'rfc2136', state, mark, ...more }, me);

function compare(observed: ReturnType<typeof found> | undefined, others: readonly ReturnType<typeof found>[] = []) {
  const all = observed === undefined ? others : [observed, ...others];
  const resources = Object.fromEntries(all.map((one) => [one.key, one]));
  const view = { observed: { resources } as unknown as Observed, desired: {} as Desired } as unknown as KindView;
  const key = 'record/A/web.example.net' as const;
  const desired = { key, kind: 'record', slot: key, spec } as unknown as Resource<RecordSpec>;
  const verdict = record.compare(desired, observed, view);
  if (verdict.verdict === 'update') return verdict.fields.map(({ field }) => field).join() || verdict.reason.text;
  return verdict.verdict === 'blocked' ? verdict.code : verdict.verdict;
}

test.each([
  ['absent', undefined, 'make'],
  ['as wanted', found({ values: ['192.0.2.10'] }), 'same'],
  ['another value', found({ values: ['192.0.2.11'] }), 'value'],
  ['one value more', found({ values: ['192.0.2.10', '192.0.2.11'] }), 'value'],
  ['only our mark is left', found({ values: [] }), 'value'],
  ['other routes', found({ values: ['192.0.2.10'] }, { mark: { ...mark, routes: [] } }), 'routes'],
  ['edited elsewhere', found({ values: ['192.0.2.10'], drifted: true }), 'edited behind our back'],
  ['not ours, although right', found({ values: ['192.0.2.10'] }, { mark: undefined }), 'NameConflict'],
  ['of another node', found({ values: ['192.0.2.10'] }, { mark: { ...mark, node: 'orion' } }), 'NameConflict'],
  ['of another fleet', found({ values: ['192.0.2.10'] }, { mark: { ...mark, fleet: 'x' } }), 'NameConflict'],
  ['somebody beside us', found({ values: ['192.0.2.10'], besides: 'extra.hosts' }), 'NameConflict'],
  ['unread', found({ values: [], unread: 'no answer' }), 'Blind'],
])('compare: %s', (_name, observed, wanted) => {
  expect(compare(observed)).toBe(wanted);
});

test('a CNAME stands alone: a foreign one blocks, one of ours goes first', () => {
  const cname = (given?: object) => found({ values: ['x.example.net'] }, { type: 'CNAME', ...given });
  expect(compare(undefined, [cname({ mark: undefined })])).toBe('NameConflict');
  expect(compare(undefined, [cname()])).toBe('ClaimConflict');
  expect(compare(undefined, [found({ values: ['x'] }, { type: 'TXT', mark: undefined })])).toBe('make');
});

test('an observed record of ours refers to its routes, so that it goes before they do', () => {
  expect(found({ values: ['192.0.2.10'] }).references).toEqual(spec.routes.map((key) => ({ key })));
  expect(found({ values: ['192.0.2.10'] }, { mark: undefined }).references).toEqual([]);
});

const word = fc.string({ unit: 'binary', maxLength: 20 });

test('a mark survives its text, whatever names are in it, and has no character that could end a line or a quote', () => {
  const paths = fc.constantFrom('', '/api', '/a b,c', '/%', '/"');
  const routes = fc.array(
    fc
      .tuple(fc.integer({ min: 1, max: 65535 }), paths)
      .map(([port, path]) => `route/${port}/w.example.net${path}` as const),
    { maxLength: 4 },
  );
  const services = fc.array(fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/), { maxLength: 4 });
  fc.assert(
    fc.property(fc.record({ fleet: word, node: word, services, routes }), (given) => {
      const sorted = { ...given, services: [...given.services].sort(), routes: [...given.routes].sort() };
      const text = markText(sorted, 'w.example.net');
      expect(text).toMatch(/^[\x21\x23-\x5b\x5d-\x7e ]*$/);
      expect(parseMark(text, 'w.example.net')).toEqual(sorted);
    }),
  );
});

test('no text makes reading a mark throw', () => {
  const near = fc
    .tuple(fc.constantFrom('reconcile:1', ''), fc.array(word))
    .map(([first, rest]) => [first, ...rest].join(' '));
  fc.assert(fc.property(fc.oneof(word, near), (text) => void parseMark(text, 'a.b')));
});

describe('what must not be written', () => {
  test.each([
    ['a wildcard', { hostname: '*.example.net' }],
    ['the top by its sign', { hostname: '@' }],
    ['another zone', { hostname: 'web.example.org' }],
    ['a name that only ends like the zone', { hostname: 'evilexample.net' }],
    ['a trailing dot', { hostname: 'web.example.net.' }],
    ['capitals', { hostname: 'Web.example.net' }],
    ['a second line', { hostname: 'web.example.net\n192.0.2.1 bank.example.net' }],
    ['letters beyond ASCII', { hostname: 'bücher.example.net' }],
    ['an empty label', { hostname: 'a..example.net' }],
    ['too long a label', { hostname: `${'a'.repeat(64)}.example.net` }],
    ['a whole top-level domain as zone of an address', { zone: '' }],
    ['a hostname where an address belongs', { value: 'rift.example.net' }],
    ['IPv6 in an A record', { value: '2001:db8::1' }],
    ['octal', { value: '192.0.02.1' }],
    ['IPv4 in an AAAA record', { type: 'AAAA' as const }],
    ['a CNAME at the top', { type: 'CNAME' as const, hostname: 'example.net', value: 'a.example.net' }],
    ['a CNAME to itself', { type: 'CNAME' as const, value: 'web.example.net' }],
    ['a line in a text', { type: 'TXT' as const, value: 'a\nb' }],
  ])('%s', (_name, given) => {
    expect(recordProblem({ ...spec, ...given })).toBeTypeOf('string');
  });

  test.each([
    {},
    { hostname: 'example.net' },
    { hostname: '_acme-challenge.web.example.net', type: 'TXT' as const, value: 'abc "quoted" \\' },
    { type: 'AAAA' as const, value: '2001:db8::1' },
    { type: 'CNAME' as const, value: 'rift.example.org' },
    { hostname: 'xn--bcher-kva.example.net' },
  ])('but %j may', (given) => {
    expect(recordProblem({ ...spec, ...given })).toBeUndefined();
  });

  test('addresses are told from names', () => {
    expect(['1.2.3.4', '255.255.255.255', '0.0.0.0'].every(isIpv4)).toBe(true);
    expect(['1.2.3', '1.2.3.4.', '256.1.1.1', '1.2.3.04', ''].some(isIpv4)).toBe(false);
    expect(['::', '::1', '2001:db8::1', '1:2:3:4:5:6:7:8'].every(isIpv6)).toBe(true);
    expect(['', '1::2::3', '1:2:3', ':::', 'g::', '1:2:3:4:5:6:7:8:9', '12345::'].some(isIpv6)).toBe(false);
    expect(isHostname('1.2.3.4')).toBe(false);
  });
});
