import type { CertificateState } from '@reconcile/core/kinds/certificate';
import { expect, test } from 'vitest';
import { answered, covers, judgeShown } from './shown.ts';

const dayMs = 86_400_000;
const now = Date.UTC(2030, 0, 1);
const name = 'web.example.net';

const held: CertificateState = {
  issuer: 'internal-ca',
  names: [name],
  notBefore: now - dayMs,
  notAfter: now + 60 * dayMs,
  fingerprint: 'aaaaaaaaaaaaaaaa',
};

function shown(leaf: object = {}, status: number | 'silent' = 200) {
  const { fingerprint, names, notAfter, notBefore } = held;
  const whole = { fingerprint, names, notAfter, notBefore, ...leaf };
  return { leaf: whole as never, trouble: undefined, ...(status === 'silent' ? {} : { status }) };
}

test.each([
  ['as it should be', shown(), 'answers 200, certificate until 2030-03-02'],
  ['a page that is not there is an answer', shown({}, 404), 'answers 404, certificate until 2030-03-02'],
  ['covered by a wildcard', shown({ names: ['*.example.net'] }), 'answers 200, certificate until 2030-03-02'],
])('%s', (_name, given, says) => {
  expect(judgeShown(given, { name, held, now })).toEqual({ isWell: true, says });
});

test.each([
  ['nobody', { refused: 'ECONNREFUSED' }, ['a certificate for web.example.net, by internal-ca', 'ECONNREFUSED']],
  [
    'for other names',
    shown({ names: ['a.example.net', 'b.example.net'] }),
    ['a certificate for web.example.net, by internal-ca', 'one for a.example.net, b.example.net'],
  ],
  [
    'one label too many for a wildcard',
    shown({ names: ['*.net'] }),
    ['a certificate for web.example.net, by internal-ca', 'one for *.net'],
  ],
  ['expired', shown({ notAfter: now }), [expect.stringContaining(name), 'one that ended 2030-01-01']],
  [
    'the one before',
    shown({ fingerprint: 'bbbbbbbbbbbbbbbb', notAfter: now + dayMs }),
    ['aaaaaaaaaaaa, until 2030-03-02', 'bbbbbbbbbbbb, until 2030-01-02'],
  ],
  ['silence behind it', shown({}, 'silent'), ['an answer', undefined]],
  ['what a gateway says for itself', shown({}, 503), ['an answer of the service', undefined]],
])('%s: wanted and found are named', (_name, given, [wanted, actual]) => {
  const verdict = judgeShown(given, { name, held, now });
  expect([verdict.isWell, verdict.wanted, verdict.actual]).toEqual([false, wanted, actual]);
});

test('without a certificate of ours any one for the name will do', () => {
  expect(judgeShown(shown({ fingerprint: 'cc' }), { name, held: undefined, now }).isWell).toBe(true);
});

test('a wildcard stands for one label; what the service refuses it has answered', () => {
  expect(['*.example.net', name, 'example.net', '*.web.example.net'].map((one) => covers(one, name))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect([401, 500, 501, 502, 504, 505].map((status) => answered(status).isWell)).toEqual([
    true,
    true,
    true,
    false,
    false,
    true,
  ]);
});
