import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endsIn, readBundle } from './bundle.ts';

let dir: string;
/** A root, a leaf of it, and somebody else's self-signed one. */
const pem: Record<'root' | 'rootKey' | 'leaf' | 'leafKey' | 'other' | 'otherKey', string> = {
  root: '',
  rootKey: '',
  leaf: '',
  leafKey: '',
  other: '',
  otherKey: '',
};

beforeAll(() => {
  dir = mkdtempSync(`${tmpdir()}/bundle-`);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const made = (name: string, more: readonly string[]) =>
    openssl(
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-keyout', `${name}.key`, '-out', `${name}.pem`, ...more],
    );
  made('root', ['-subj', '/CN=root', '-addext', 'basicConstraints=critical,CA:TRUE']);
  made('leaf', [
    ...['-subj', '/CN=leaf', '-CA', 'root.pem', '-CAkey', 'root.key'],
    ...['-addext', 'subjectAltName=DNS:Web.example.net,DNS:api.example.net,IP:192.0.2.1'],
    ...['-addext', 'basicConstraints=critical,CA:FALSE'],
  ]);
  made('other', ['-subj', '/CN=other', '-addext', 'subjectAltName=DNS:other.example.net']);
  for (const name of ['root', 'leaf', 'other'] as const) {
    pem[name] = readFileSync(`${dir}/${name}.pem`, 'utf8');
    pem[`${name}Key`] = readFileSync(`${dir}/${name}.key`, 'utf8');
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('a bundle', () => {
  test('names in lower case, sorted; key and chain fit, the key before or behind', () => {
    for (const text of [pem.leaf + pem.root + pem.leafKey, pem.leafKey + pem.leaf + pem.root]) {
      const bundle = readBundle(text);
      expect(bundle?.trouble).toBeUndefined();
      expect(bundle?.leaf.names).toEqual(['192.0.2.1', 'api.example.net', 'web.example.net']);
      expect(bundle?.leaf.fingerprint).toMatch(/^[0-9a-f]{64}$/);
      expect(bundle?.leaf.sha1).toMatch(/^[0-9a-f]{40}$/);
    }
  });

  test.each([
    ['no key', () => pem.leaf, 'its private key is missing'],
    ['another key', () => pem.leaf + pem.otherKey, 'the private key belongs to another certificate'],
    [
      'a chain of strangers',
      () => pem.leaf + pem.other + pem.leafKey,
      'certificate 2 of the chain did not sign the one before it',
    ],
  ])('%s', (_name, text, trouble) => {
    expect(readBundle(text())?.trouble).toBe(trouble);
  });

  test('ends in its own root and in no other', () => {
    expect(endsIn([pem.leaf], pem.root)).toBe(true);
    expect(endsIn([pem.leaf, pem.root], pem.root)).toBe(true);
    expect(endsIn([pem.leaf], pem.other)).toBe(false);
    expect(endsIn([], pem.root)).toBe(false);
    expect(endsIn(['garbage'], pem.root)).toBe(false);
  });

  test('whatever is cut off or garbled throws nothing', () => {
    const whole = pem.leaf + pem.root + pem.leafKey;
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length), fc.string({ maxLength: 3 }), (from, to, junk) => {
        const text = whole.slice(0, Math.min(from, to)) + junk + whole.slice(Math.max(from, to));
        const bundle = readBundle(text);
        if (bundle !== undefined) expect(bundle.leaf.fingerprint).toHaveLength(64);
      }),
    );
  });
});
