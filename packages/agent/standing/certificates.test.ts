import type { CertificateSpec, CertificateState } from '@reconcile/core/kinds/certificate';
import { expect, test } from 'vitest';
import { certificateAlarms } from './certificates.ts';

const dayMs = 86_400_000;
const now = Date.UTC(2030, 0, 1);
const key = 'certificate/web.example.net';

function alarms(leftDays: number, more: { issuer?: CertificateSpec['issuer']; failed?: string; waits?: string } = {}) {
  const { failed, issuer = 'acme', waits } = more;
  const notAfter = now + leftDays * dayMs;
  const state: CertificateState = {
    issuer,
    names: ['web.example.net'],
    notBefore: notAfter - 90 * dayMs,
    notAfter,
    fingerprint: 'aa',
  };
  const spec: CertificateSpec = { hostname: 'web.example.net', issuer, zone: 'example.net' };
  return certificateAlarms({
    desired: { resources: { [key]: { key, kind: 'certificate', spec } } } as never,
    observed: { resources: { [key]: { key, kind: 'certificate', state } } } as never,
    plan: { waiting: waits === undefined ? [] : [{ key, message: waits }] } as never,
    history: { attempts: failed === undefined ? {} : { [key]: { message: failed } } } as never,
    now,
  }).map(({ days, text }) => `${days} ${text}`);
}

test('renewal is due for weeks before anybody is alarmed; then with the reason, by 14, 7 and 2 days', () => {
  expect(alarms(20)).toEqual([]);
  expect(alarms(14)).toEqual(['14 certificate web.example.net: 14 d left, to be renewed']);
  expect(alarms(6, { failed: 'the ACME server did not answer' })).toEqual([
    '7 certificate web.example.net: 6 d left, not renewed: the ACME server did not answer',
  ]);
  expect(alarms(1, { waits: 'tried again in 5 min' })).toEqual([
    '2 certificate web.example.net: 24 h left, not renewed: tried again in 5 min',
  ]);
  expect(alarms(-3)).toEqual(['0 certificate web.example.net: ended 3 d ago, to be renewed']);
});

test('what others make is theirs to renew, and told all the same', () => {
  expect(alarms(6, { issuer: 'cert-files' })).toEqual([
    '7 certificate web.example.net: 6 d left, and those who leave it here have left no newer one',
  ]);
});
