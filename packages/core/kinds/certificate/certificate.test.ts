import { describe, expect, test } from 'vitest';
import type { KindView } from '../../model/contract.ts';
import type { Resource } from '../../model/resource.ts';
import {
  alarmOf,
  type CertificateSpec,
  type CertificateState,
  certificate,
  formatStored,
  type Issuer,
  isStorable,
  pemBlocks,
  storedBy,
  storedName,
  storedNames,
  storedPath,
} from './index.ts';

const dayMs = 86_400_000;
const now = 1_900_000_000_000;
const name = 'web.example.net';

function wanted(issuer: Issuer = 'internal-ca'): Resource<CertificateSpec> {
  const key = `certificate/${name}` as const;
  const spec = { hostname: name, issuer, zone: 'example.net' };
  return { key, kind: 'certificate', slot: key, services: ['web'], spec, specHash: '', references: [], claims: [] };
}

function seen(state: Partial<CertificateState> = {}) {
  const { key } = wanted();
  return {
    key,
    kind: 'certificate',
    slot: key,
    services: ['web'],
    owner: 'managed' as const,
    health: 'none' as const,
    references: [],
    claims: [],
    state: {
      issuer: 'internal-ca',
      names: [name],
      notBefore: now - dayMs,
      notAfter: now + 89 * dayMs,
      fingerprint: 'aa',
      ...state,
    } satisfies CertificateState,
  };
}

const doubt = { id: 'h1', message: 'the clock jumped' };
const at = (moment: number, more: { isDoubted?: boolean; released?: string[] } = {}) =>
  ({
    now: moment,
    observed: more.isDoubted === true ? { doubt } : {},
    history: { releasedHolds: more.released ?? [] },
  }) as unknown as KindView;
const verdict = (state?: Partial<CertificateState>, issuer?: Issuer) =>
  certificate.compare(wanted(issuer), seen(state), at(now));

describe('a certificate of ours', () => {
  test.each<[string, Partial<CertificateState>, object]>([
    ['fits', {}, { verdict: 'same' }],
    ['31 days left', { notBefore: now - 60 * dayMs, notAfter: now + 31 * dayMs }, { verdict: 'same' }],
    [
      '29 days left',
      { notBefore: now - 61 * dayMs, notAfter: now + 29 * dayMs },
      { verdict: 'update', reason: { text: 'expires in 29 days' } },
    ],
    [
      'a day left',
      { notBefore: now - 89 * dayMs, notAfter: now + dayMs },
      { reason: { text: 'expires within two days' } },
    ],
    ['expired', { notAfter: now - 1 }, { verdict: 'update', reason: { text: 'expired' } }],
    [
      'six days, two thirds of them left',
      { notBefore: now - 2 * dayMs, notAfter: now + 4 * dayMs },
      { verdict: 'same' },
    ],
    [
      'six days, less than a third left',
      { notBefore: now - 4.1 * dayMs, notAfter: now + 1.9 * dayMs },
      { verdict: 'update' },
    ],
    ['other names', { names: ['a.example.net'] }, { verdict: 'update', fields: [{ field: 'names' }] }],
    ['more names', { names: ['a.example.net', name] }, { verdict: 'update' }],
    ['a wildcard nobody asked for', { names: ['*.example.net'] }, { verdict: 'update' }],
    ['another issuer', { issuer: 'acme' }, { verdict: 'update', fields: [{ field: 'issuer' }] }],
    ['another key', { unfit: 'the private key belongs to another certificate' }, { reason: { code: 'Rebuilt' } }],
  ])('%s', (_name, state, expected) => {
    expect(verdict(state)).toMatchObject(expected);
  });

  test('is looked at again when it is due, and used until there is a better one', () => {
    expect(certificate.wakeAt?.(wanted(), seen())).toBe(now + 59 * dayMs);
    expect(certificate.ready(wanted(), seen({ notAfter: now - 1 }))).toBe(true);
    expect(certificate.ready(wanted(), seen({ unfit: 'its file is damaged' }))).toBe(false);
    expect(certificate.ready(wanted(), seen({ fingerprint: '' }))).toBe(false);
  });
});

describe('while the clock is doubted', () => {
  const asks = { code: 'ClockDoubted', id: 'h1', message: 'the clock jumped' };
  const by = (state: Partial<CertificateState> | undefined, issuer: Issuer, released: string[] = []) =>
    certificate.compare(
      wanted(issuer),
      state === undefined ? undefined : seen({ issuer, ...state }),
      at(now, { isDoubted: true, released }),
    );
  const ended = { notBefore: now - 3650 * dayMs, notAfter: now - 3560 * dayMs };
  const early = { notBefore: now + 100 * dayMs, notAfter: now + 190 * dayMs };
  const files = (offered: NonNullable<CertificateState['offered']>) => by({ ...ended, offered }, 'cert-files');

  test.each<[string, unknown, object]>([
    ['nothing is due', by({}, 'internal-ca'), { verdict: 'same' }],
    ['what has ended by it serves on, and a person is asked', by(ended, 'internal-ca'), { verdict: 'same', asks }],
    ['so does what is not valid yet by it', by(early, 'internal-ca'), { verdict: 'same', asks }],
    ['a new name is not signed by it', by(undefined, 'internal-ca'), { verdict: 'make', asks }],
    ['nor are other names', by({ names: ['a.example.net'] }, 'internal-ca'), { verdict: 'update', asks }],
    ['an ACME server is asked itself', by(ended, 'acme'), { verdict: 'update', reason: { text: 'expired' } }],
    ['theirs is not judged by it', files({ trouble: 'expired on 2020-01-01' }), { verdict: 'same' }],
    ['theirs is new', files({ fingerprint: 'bb' }), { verdict: 'update' }],
  ])('%s', (_name, got, expected) => expect(got).toMatchObject(expected));

  test('a person said that it is right', () => {
    expect(by(ended, 'internal-ca', ['h1'])).toMatchObject({ verdict: 'update', reason: { text: 'expired' } });
    expect(by(ended, 'internal-ca', ['h1'])).not.toHaveProperty('asks');
    expect(by(undefined, 'internal-ca', ['h1'])).toEqual({ verdict: 'make' });
  });
});

test('by a clock that is believed, what is not valid yet is made anew', () => {
  const hours = (n: number) => verdict({ notBefore: now + n * 3_600_000, notAfter: now + 90 * dayMs });
  expect(hours(0.9)).toEqual({ verdict: 'same' });
  expect(hours(1.1)).toMatchObject({ verdict: 'update', reason: { text: 'not valid before 2030-03-17' } });
});

test.each<[string, number, number, number | undefined]>([
  ['time is left', 90, 14.1, undefined],
  ['two weeks', 90, 14, 14],
  ['a week', 90, 6.9, 7],
  ['two days', 90, 2, 2],
  ['ended', 90, 0, 0],
  ['of a year, two weeks', 365, 13, 14],
  ['of six days, five left', 6, 5, undefined],
  ['of six days, less than a day left', 6, 0.9, 14],
  ['of six days, hours left', 6, 0.1, 2],
])('alarm: %s', (_name, lifeDays, leftDays, wantedAlarm) => {
  const notAfter = now + leftDays * dayMs;
  expect(alarmOf({ notBefore: notAfter - lifeDays * dayMs, notAfter }, now)).toBe(wantedAlarm);
});

describe('a wildcard', () => {
  const spec: CertificateSpec = { hostname: '*.example.net', issuer: 'internal-ca', zone: 'example.net' };
  const key = 'certificate/*.example.net' as const;
  const of = (withApex: boolean, names: readonly string[]) => {
    const resource = { ...wanted(), key, slot: key, spec: withApex ? { ...spec, withApex } : spec };
    return certificate.compare(resource, { ...seen({ names }), key, slot: key }, at(now));
  };
  test.each<[string, boolean, readonly string[], object]>([
    ['as asked', false, ['*.example.net'], { verdict: 'same' }],
    ['with its domain', true, ['*.example.net', 'example.net'], { verdict: 'same' }],
    [
      'its domain is served from now on',
      true,
      ['*.example.net'],
      { verdict: 'update', fields: [{ field: 'names', to: ['*.example.net', 'example.net'] }] },
    ],
    ['its domain is not served any more', false, ['*.example.net', 'example.net'], { verdict: 'update' }],
    ['a name of its own', false, ['web.example.net'], { verdict: 'update' }],
  ])('%s', (_name, withApex, names, expected) => expect(of(withApex, names)).toMatchObject(expected));
});

describe('a certificate of others', () => {
  const files = (state: Partial<CertificateState>) => verdict({ issuer: 'cert-files', ...state }, 'cert-files');
  test.each<[string, Partial<CertificateState>, object]>([
    ['as they left it', { offered: { fingerprint: 'aa' } }, { verdict: 'same' }],
    ['theirs is new', { offered: { fingerprint: 'bb' } }, { verdict: 'update' }],
    ['theirs is bad', { offered: { trouble: 'expired' } }, { verdict: 'blocked', code: 'Missing', message: 'expired' }],
    [
      'its end is near, which is theirs to see to',
      { offered: { fingerprint: 'aa' }, notAfter: now + 1 },
      { verdict: 'same' },
    ],
    ['for more names', { offered: { fingerprint: 'aa' }, names: [name, 'x.example.net'] }, { verdict: 'same' }],
    ['ours was damaged', { offered: { fingerprint: 'aa' }, fingerprint: '' }, { verdict: 'update' }],
    [
      'it was ours before',
      { offered: { fingerprint: 'bb' }, issuer: 'internal-ca' },
      { fields: [{ field: 'issuer' }] },
    ],
  ])('%s', (_name, state, expected) => {
    expect(files(state)).toMatchObject(expected);
  });
});

describe('the store', () => {
  test('names that lead out of it, or are too long for a file, have no place', () => {
    const hostile = ['', '..', '../a', 'a/b', '.a', 'a..b', 'A.example.net', `${'a.'.repeat(130)}b`];
    const notQuite = [
      '*',
      '*.',
      '*.*.example.net',
      'a.*.example.net',
      '*example.net',
      '*.../a',
      '_wildcard.example.net',
    ];
    for (const bad of [...hostile, ...notQuite])
      expect([bad, isStorable(bad), storedPath('/d', bad)]).toEqual([bad, false, undefined]);
    expect(storedPath('/d', name)).toBe(`/d/${name}.pem`);
    expect(storedPath('/d', '*.example.net')).toBe('/d/_wildcard.example.net.pem');
    expect(storedName('/d/_wildcard.example.net.pem')).toBe('*.example.net');
    const files = ['web.example.net.pem', '_wildcard.example.net.pem', 'note.txt', '*.example.net.pem.bak', '_x.pem'];
    expect(storedNames(files)).toEqual(['web.example.net', '*.example.net']);
  });

  test('what was written is known again; whole blocks only', () => {
    const block = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;
    const text = formatStored({
      issuer: 'acme',
      services: ['web'],
      chain: [block('CERTIFICATE'), block('CERTIFICATE')],
      key: block('PRIVATE KEY'),
    });
    expect(storedBy(text)).toEqual({ issuer: 'acme', services: ['web'] });
    expect(pemBlocks(text).map(({ label }) => label)).toEqual(['CERTIFICATE', 'CERTIFICATE', 'PRIVATE KEY']);
    expect(pemBlocks(text.replaceAll('\n', '\r\n')).map((one) => one.text)).toEqual(
      pemBlocks(text).map((one) => one.text),
    );
    expect(pemBlocks(text.slice(0, -30)).length).toBe(2);
    for (const other of [
      '',
      block('CERTIFICATE'),
      '# reconcile certificate {',
      '# reconcile certificate {"issuer":"x"}\n',
    ])
      expect(storedBy(other)).toBeUndefined();
  });
});
