import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRegistry } from '../open.ts';
import { temporaryDir } from '../temporary.fixture.ts';
import { somebody } from '../world.fixture.ts';
import {
  type AuditEntry,
  addAudit,
  addToken,
  brokenAudit,
  findToken,
  listAudit,
  listTokens,
  revokeToken,
} from './index.ts';

const day = 86_400_000;

function opened() {
  return openRegistry(join(temporaryDir(), 'registry.db'), { mode: 'write', epoch: 0 });
}

function token(id: string, more: Partial<Parameters<typeof addToken>[1]> = {}): Parameters<typeof addToken>[1] {
  return {
    id,
    kind: 'token',
    name: id,
    principal: { issuer: 'token', subject: id, kind: 'machine', scopes: ['guest'] },
    createdAt: 1000,
    createdBy: somebody,
    expiresAt: 1000 + day,
    hash: `hash-${id}`,
    ...more,
  };
}

test('a token is found by its hash until it expires or is revoked', async () => {
  const registry = opened();
  await registry.write((rows) => addToken(rows, token('ci')));
  expect(registry.read((rows) => findToken(rows, 'hash-ci', 2000))).toMatchObject({ id: 'ci', createdBy: somebody });
  expect(registry.read((rows) => findToken(rows, 'hash-other', 2000))).toBeUndefined();
  expect(registry.read((rows) => findToken(rows, 'hash-ci', 1000 + day))).toBeUndefined();
  expect(await registry.write((rows) => revokeToken(rows, 'ci', 3000))).toBe(1);
  expect(registry.read((rows) => findToken(rows, 'hash-ci', 3001))).toBeUndefined();
  expect(await registry.write((rows) => revokeToken(rows, 'ci', 4000))).toBe(0);
  expect(registry.read((rows) => listTokens(rows))).toMatchObject([{ id: 'ci', revokedAt: 3000 }]);
  await registry.close();
});

test('what is long over is forgotten, sessions are bounded', async () => {
  const registry = opened();
  await registry.write((rows) => {
    addToken(rows, token('old'));
    for (let i = 0; i < 205; i++) addToken(rows, token(`s${i}`, { kind: 'session', createdAt: 2000 + i }));
  });
  expect(registry.read((rows) => listTokens(rows))).toHaveLength(201);
  await registry.write((rows) => addToken(rows, token('late', { createdAt: 40 * day, expiresAt: 41 * day })));
  expect(registry.read((rows) => listTokens(rows)).map(({ id }) => id)).toEqual(['late']);
  await registry.close();
});

test('audit rows are added, never changed or removed, and altering one outside shows', async () => {
  const registry = opened();
  const entry = (target: string): AuditEntry => ({
    at: 5,
    by: somebody,
    via: 'http',
    method: 'restart',
    target,
    args: { why: 'x' },
    outcome: 'allowed',
  });
  for (const target of ['a', 'b', 'c']) await registry.write((rows) => addAudit(rows, entry(target)));
  expect(registry.read((rows) => listAudit(rows, { limit: 2 }))).toMatchObject([
    { target: 'c', id: 3 },
    { target: 'b' },
  ]);
  expect(registry.read((rows) => listAudit(rows, { limit: 2, before: 2 }))).toEqual([{ id: 1, ...entry('a') }]);
  expect(registry.read(brokenAudit)).toBeUndefined();
  await expect(registry.write((rows) => rows.run("UPDATE audit SET target = 'z'"))).rejects.toThrow();
  await expect(registry.write((rows) => rows.run('DELETE FROM audit WHERE id = 1'))).rejects.toThrow();
  await registry.write((rows) => {
    rows.run('DROP TRIGGER audit_is_final');
    return rows.run("UPDATE audit SET target = 'z' WHERE id = 2");
  });
  expect(registry.read(brokenAudit)).toBe(2);
  await registry.close();
});
