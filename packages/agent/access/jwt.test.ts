import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IssuerConfig } from '../config/model.ts';
import { JwtIssuers } from './jwt.ts';

// Tokens of another issuer, against a real key server.

type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

let server: Server;
let key: Key;
let other: Key;
let asked = 0;
let issuer: IssuerConfig;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  key = pair.privateKey;
  other = (await generateKeyPair('ES256')).privateKey;
  const keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256' }] };
  server = createServer((_request, response) => {
    asked++;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(keys));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = {
    issuer: 'https://id.example.com',
    audience: 'reconcile',
    jwks: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    claim: 'groups',
    roles: { ops: 'admin', staff: 'guest' },
  };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

interface Wish {
  readonly groups?: unknown;
  readonly aud?: string;
  readonly iss?: string;
  readonly for?: number;
  readonly by?: Key;
}

const start = Math.floor(Date.now() / 1000);

function token(wish: Wish = {}): Promise<string> {
  return new SignJWT({ groups: wish.groups ?? ['staff'] })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setIssuer(wish.iss ?? 'https://id.example.com')
    .setAudience(wish.aud ?? 'reconcile')
    .setSubject('ada')
    .setExpirationTime(start + (wish.for ?? 300))
    .sign(wish.by ?? key);
}

test('a good one is who it says, as what its groups mean here', async () => {
  const issuers = new JwtIssuers([issuer]);
  expect(await issuers.principalOf(await token(), start * 1000)).toEqual({
    issuer: 'https://id.example.com',
    subject: 'ada',
    kind: 'person',
    scopes: ['guest'],
  });
  expect((await issuers.principalOf(await token({ groups: ['staff', 'ops', 'x'] }), start * 1000)).scopes).toEqual([
    'guest',
    'admin',
  ]);
  expect((await issuers.principalOf(await token({ groups: 'ops' }), start * 1000)).scopes).toEqual(['admin']);
});

test.each([
  ['of another issuer', { iss: 'https://evil.example' }, /wanted|https:\/\/evil/],
  ['for somebody else', { aud: 'other' }, /aud/],
  ['without a role here', { groups: ['nobody'] }, /nobody/],
  ['with a group of the prototype', { groups: ['constructor'] }, /constructor/],
])('one %s opens nothing, and why is said', async (_what, wish, says) => {
  const issuers = new JwtIssuers([issuer]);
  const refused = issuers.principalOf(await token(wish), start * 1000);
  await expect(refused).rejects.toMatchObject({
    code: 'ISSUER_UNKNOWN',
    actual: expect.stringMatching(says) as string,
  });
});

test('one by another key, one without a signature, one that is no token', async () => {
  const issuers = new JwtIssuers([issuer]);
  const good = await token();
  const [head = '', body = ''] = good.split('.');
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
  for (const bad of [await token({ by: other }), none, `${head}.${body}.AAAA`, 'a.b.c'])
    await expect(issuers.principalOf(bad, start * 1000)).rejects.toMatchObject({ code: 'ISSUER_UNKNOWN' });
});

test('what was found good counts for 30 s and no longer, nor past its own end', async () => {
  const issuers = new JwtIssuers([issuer]);
  const short = await token({ for: 20 });
  await issuers.principalOf(short, start * 1000);
  const before = asked;
  await issuers.principalOf(short, start * 1000 + 19_000);
  expect(asked).toBe(before);
  await expect(issuers.principalOf(short, start * 1000 + 26_000)).rejects.toMatchObject({ code: 'ISSUER_UNKNOWN' });
  const long = await token({ for: 300 });
  await issuers.principalOf(long, start * 1000);
  await expect(issuers.principalOf(long, (start + 306) * 1000)).rejects.toMatchObject({ code: 'ISSUER_UNKNOWN' });
});
