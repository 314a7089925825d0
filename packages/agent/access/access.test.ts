import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Principal } from '@reconcile/core';
import { openRegistry } from '@reconcile/registry';
import { describe, expect, onTestFinished, test } from 'vitest';
import { insist } from './decide.ts';
import { Failures } from './failures.ts';
import { LoginCodes } from './login-codes.ts';
import { type Role, roles } from './role.ts';
import { accessTable, type Method, ruleOf } from './table.ts';
import { createSession, createToken, endToken, tokenOf } from './tokens.ts';

const principal = (...scopes: readonly string[]): Principal => ({
  issuer: 'token',
  subject: 'x',
  kind: 'machine',
  scopes,
});
const methods = Object.keys(accessTable) as readonly Method[];
const rank: Readonly<Record<Role | 'anyone', number>> = { anyone: 0, guest: 1, user: 2, admin: 3 };

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'access-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** The code that it is refused with; undefined: it is allowed. */
function refusal(by: Principal | undefined, method: string, target = ''): string | undefined {
  try {
    insist(by, { method, target });
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe.each(methods)('%s', (method) => {
  const rule = accessTable[method];

  test('nobody', () => {
    expect(refusal(undefined, method)).toBe(rule.least === 'anyone' ? undefined : 'NOT_AUTHENTICATED');
  });
  test('a principal without a role', () => {
    expect(refusal(principal('service:web'), method)).toBe(rule.least === 'anyone' ? undefined : 'NOT_ALLOWED');
  });
  test.each(roles)('as %s', (role) => {
    expect(refusal(principal(role), method, 'web')).toBe(rank[role] >= rank[rule.least] ? undefined : 'NOT_ALLOWED');
  });
  test.each(roles)('as %s held to one service', (role) => {
    const isStrong = rank[role] >= rank[rule.least];
    const held = principal(role, 'service:web');
    const inside = rule.least === 'anyone' || (isStrong && rule.reach !== 'node');
    const outside = rule.least === 'anyone' || (isStrong && rule.reach === 'self');
    expect(refusal(held, method, 'web')).toBe(inside ? undefined : 'NOT_ALLOWED');
    expect(refusal(held, method, 'web/api')).toBe(inside ? undefined : 'NOT_ALLOWED');
    expect(refusal(held, method, 'webshop')).toBe(outside ? undefined : 'NOT_ALLOWED');
    expect(refusal(held, method, '')).toBe(outside ? undefined : 'NOT_ALLOWED');
  });
});

test.each(['', 'nothing', 'toString', '__proto__', 'constructor'])('%j is no method: denied to everybody', (method) => {
  expect(ruleOf(method)).toBeUndefined();
  for (const role of roles) expect(refusal(principal(role), method)).toBe('NOT_ALLOWED');
  expect(refusal(undefined, method)).toBe('NOT_AUTHENTICATED');
});

test('what acts never needs less than a user, but for the door itself', () => {
  const acting = methods.filter((method) => accessTable[method].acts && rank[accessTable[method].least] < rank.user);
  expect(acting).toEqual(['login', 'logout']);
});

test('a token opens until it ends, as what it was made for; the registry does not hold it', async () => {
  const path = join(temporaryDir(), 'registry.db');
  const registry = openRegistry(path, { mode: 'write', epoch: 0 });
  const by = principal('admin');
  const wish = { name: 'ci', role: 'user', services: ['web'], ttlMs: 60_000 } as const;
  const made = await createToken(registry, wish, { by, now: 1000, id: 't1' });
  expect(made.secret).toMatch(/^rct_[\w-]{43}$/);
  expect(tokenOf(registry, made.secret, 2000)?.principal).toEqual({
    issuer: 'token',
    subject: 'ci',
    kind: 'machine',
    scopes: ['user', 'service:web'],
  });
  expect(tokenOf(registry, `${made.secret.slice(0, -1)}_`, 2000)).toBeUndefined();
  expect(tokenOf(registry, made.secret, 61_000)).toBeUndefined();
  const session = await createSession(registry, { by, now: 1000, id: 's1' });
  expect(tokenOf(registry, session.secret, 2000)).toMatchObject({ kind: 'session', principal: by });
  await endToken(registry, 'ci', 3000);
  expect(tokenOf(registry, made.secret, 3001)).toBeUndefined();
  await expect(endToken(registry, 'ci', 3002)).rejects.toMatchObject({ code: 'TOKEN_UNKNOWN' });
  const rows = registry.read((all) => all.all('SELECT * FROM token'));
  expect(JSON.stringify(rows)).not.toContain(made.secret.slice(4));
  await registry.close();
});

test.each([
  ['a name with a space', { name: 'a b' }],
  ['no name', { name: '' }],
  ['an admin held to a service', { role: 'admin' as const, services: ['web'] }],
  ['a service that cannot be', { services: ['../x'] }],
  ['no life', { ttlMs: 0 }],
  ['a life without end', { ttlMs: Number.POSITIVE_INFINITY }],
])('no token with %s', async (_what, wrong) => {
  const registry = openRegistry(join(temporaryDir(), 'registry.db'), { mode: 'write', epoch: 0 });
  const wish = { name: 'ci', role: 'user' as const, services: [], ttlMs: 60_000, ...wrong };
  await expect(createToken(registry, wish, { by: principal('admin'), now: 0, id: 'x' })).rejects.toMatchObject({
    code: 'TOKEN_INVALID',
  });
  await registry.close();
});

test('a login code opens once, and within a minute', () => {
  const codes = new LoginCodes();
  const by = principal('admin');
  const { code, until } = codes.make(by, 0);
  expect(codes.take('rct_other', 1)).toBeUndefined();
  expect(codes.take(code, until - 1)).toEqual(by);
  expect(codes.take(code, until - 1)).toBeUndefined();
  const late = codes.make(by, 0);
  expect(codes.take(late.code, late.until)).toBeUndefined();
});

test('ten failures within a minute close the door for that minute, for that source alone', () => {
  const failures = new Failures();
  for (let i = 0; i < 10; i++) {
    expect(failures.waitMs('a', i)).toBe(0);
    failures.note('a', i);
  }
  expect(failures.waitMs('a', 10)).toBe(60_000 - 10);
  expect(failures.waitMs('b', 10)).toBe(0);
  expect(failures.waitMs('a', 60_000)).toBe(0);
  for (let i = 0; i < 5000; i++) failures.note(`s${i}`, 10);
  expect(failures.waitMs('a', 10)).toBe(0);
});
