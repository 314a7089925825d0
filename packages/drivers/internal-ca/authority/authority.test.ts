import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { renewAt } from '@reconcile/core/kinds/certificate';
import { createHost, type Host } from '@reconcile/host';
import { endsIn, readBundle } from '@reconcile/host/tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { InternalCaSettings } from '../settings.ts';
import { issue } from './authority.ts';
import { readRoots, signerFor, trusted } from './roots.ts';

const dayMs = 86_400_000;
let dir: string;
let settings: InternalCaSettings;
let now: number;
let host: Host;

beforeEach(() => {
  dir = mkdtempSync(`${tmpdir()}/ca-`);
  settings = { dir: `${dir}/ca`, certificatesDir: `${dir}/certificates`, node: 'rift', leafDays: 90 };
  now = Date.UTC(2030, 0, 1);
  const real = createHost();
  host = { ...real, clock: { ...real.clock, now: () => now } };
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const web = { hostname: 'web.svc.example.net', zone: 'svc.example.net' };
const sign = (name = web) => issue(host, settings, name);

describe('the root', () => {
  test('is made once, 0600, for these domains and nothing else', async () => {
    await sign();
    const [root, ...others] = await readRoots(host, settings);
    expect(others).toEqual([]);
    expect(statSync(`${dir}/ca/root-1.pem`).mode & 0o777).toBe(0o600);
    expect(statSync(`${dir}/ca`).mode & 0o777).toBe(0o700);
    await sign({ hostname: 'mail.svc.example.net', zone: 'svc.example.net' });
    expect((await readRoots(host, settings)).map((one) => one.facts.fingerprint)).toEqual([root?.facts.fingerprint]);
    const certificate = new X509Certificate(root?.certificate ?? '');
    expect(certificate.ca).toBe(true);
    expect(createPrivateKey(root?.key ?? '').asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  });

  test('openssl believes it inside its domains only', async () => {
    const { chain, key } = await sign();
    const [root] = await readRoots(host, settings);
    writeFileSync(`${dir}/root.pem`, root?.certificate ?? '');
    writeFileSync(`${dir}/leaf.pem`, chain.join(''));
    const verify = (...more: string[]) =>
      execFileSync('openssl', ['verify', '-attime', String(now / 1000), '-CAfile', `${dir}/root.pem`, ...more], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
    expect(verify('-x509_strict', '-verify_hostname', web.hostname, `${dir}/leaf.pem`)).toContain('leaf.pem: OK');
    expect(readBundle(chain.join('') + key)?.trouble).toBeUndefined();
    const { signLeaf } = await import('./sign.ts');
    const outside = await signLeaf(root!, ['web.example.com'], { notBefore: now, notAfter: now + dayMs });
    writeFileSync(`${dir}/out.pem`, outside.certificate);
    expect(() => verify(`${dir}/out.pem`)).toThrow(/permitted subtree violation/);
  });

  test('an open or damaged one is refused and never replaced', async () => {
    await sign();
    const file = `${dir}/ca/root-1.pem`;
    execFileSync('chmod', ['644', file]);
    await expect(sign()).rejects.toMatchObject({ code: 'CA_UNSAFE' });
    execFileSync('chmod', ['600', file]);
    writeFileSync(file, 'garbage');
    await expect(sign()).rejects.toMatchObject({ code: 'CA_DAMAGED' });
    expect(existsSync(`${dir}/ca/root-2.pem`)).toBe(false);
  });

  test('another zone takes another root, which is good for both', async () => {
    await sign();
    const { chain } = await sign({ hostname: 'a.lab.example.net', zone: 'lab.example.net' });
    const roots = await readRoots(host, settings);
    expect(roots.map((root) => root.zones)).toEqual([['svc.example.net'], ['lab.example.net', 'svc.example.net']]);
    expect(endsIn(chain, roots[1]?.certificate ?? '')).toBe(true);
  });

  test('the next one is shown for a month before it signs, then both are trusted to the end of the old', async () => {
    await sign();
    now += 2500 * dayMs;
    const before = await sign();
    const [old, next, ...more] = await readRoots(host, settings);
    expect(more).toEqual([]);
    expect(endsIn(before.chain, old?.certificate ?? '')).toBe(true);
    expect(trusted([old!, next!], now).match(/BEGIN/g)).toHaveLength(2);
    now += 31 * dayMs;
    const after = await sign();
    expect(endsIn(after.chain, next?.certificate ?? '')).toBe(true);
    expect(signerFor([old!, next!], 'other.example.com', now)).toBeUndefined();
    expect(trusted([old!, next!], now + 1200 * dayMs)).toBe(next?.certificate);
  });
});

describe('a certificate', () => {
  test('is for one name, with its key, for as long as was asked', async () => {
    const { chain, key } = await sign();
    const bundle = readBundle(chain.join('') + key);
    expect(bundle?.leaf.names).toEqual([web.hostname]);
    expect(bundle?.leaf.notAfter).toBe(now + 90 * dayMs);
    expect(renewAt(bundle!.leaf)).toBe(now + 60 * dayMs);
  });

  test('of a wildcard is believed by openssl for one label, and for its domain where that was asked', async () => {
    const wildcard = { hostname: '*.svc.example.net', zone: 'svc.example.net' };
    const believed = async (spec: Parameters<typeof issue>[2], name: string) => {
      const { chain, key } = await issue(host, settings, spec);
      writeFileSync(`${dir}/leaf.pem`, chain.join('') + key);
      writeFileSync(`${dir}/root.pem`, trusted(await readRoots(host, settings), now));
      const args = ['verify', '-attime', String(now / 1000), '-verify_hostname', name, '-CAfile', `${dir}/root.pem`];
      try {
        return execFileSync('openssl', [...args, `${dir}/leaf.pem`], { encoding: 'utf8', stdio: 'pipe' }).includes(
          'OK',
        );
      } catch {
        return false;
      }
    };
    expect(await believed(wildcard, 'web.svc.example.net')).toBe(true);
    expect(await believed(wildcard, 'a.web.svc.example.net')).toBe(false);
    expect(await believed(wildcard, 'svc.example.net')).toBe(false);
    expect(await believed({ ...wildcard, withApex: true }, 'svc.example.net')).toBe(true);
    const bundle = readBundle((await issue(host, settings, { ...wildcard, withApex: true })).chain.join(''));
    expect(bundle?.leaf.names).toEqual(['*.svc.example.net', 'svc.example.net']);
  });

  test('is not made outside its zone', async () => {
    for (const name of [
      { hostname: 'web.example.com', zone: 'svc.example.net' },
      { hostname: 'websvc.example.net', zone: 'svc.example.net' },
      { hostname: 'web.example.com', zone: '' },
      { hostname: '*.example.com', zone: 'svc.example.net' },
      { hostname: '*.net', zone: 'svc.example.net' },
    ])
      await expect(sign(name)).rejects.toMatchObject({ code: 'CA_NAME' });
    expect(existsSync(settings.dir)).toBe(false);
  });
});

test('a short life is renewed at two thirds', () => {
  expect(renewAt({ notBefore: 0, notAfter: 6 * dayMs })).toBe(4 * dayMs);
  expect(renewAt({ notBefore: 0, notAfter: 90 * dayMs })).toBe(60 * dayMs);
  expect(renewAt({ notBefore: 0, notAfter: 365 * dayMs })).toBe(335 * dayMs);
});
