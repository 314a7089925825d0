import type { Instant, Principal } from '@reconcile/core';
import { addToken, findToken, type Registry, revokeToken, type TokenRow } from '@reconcile/registry';
import { fail } from './errors.ts';
import { type Role, roles, scopesFor } from './role.ts';
import { hashOf, isSecret, newSecret } from './secret.ts';

export interface TokenWish {
  readonly name: string;
  readonly role: Role;
  /** Held to these; none: to no service in particular. */
  readonly services: readonly string[];
  readonly ttlMs: number;
}

export interface Made {
  /** Shown once; only its hash is kept. */
  readonly secret: string;
  readonly token: TokenRow;
}

const nameShape = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const longestMs = 366 * 86_400_000;
const sessionMs = 12 * 3_600_000;

/** A token for a program. @throws TOKEN_INVALID */
export async function createToken(
  registry: Registry,
  wish: TokenWish,
  of: { readonly by: Principal; readonly now: Instant; readonly id: string },
): Promise<Made> {
  const problem = problemOf(wish);
  if (problem !== undefined) throw fail('TOKEN_INVALID', { message: `make the token ${wish.name}`, ...problem });
  const principal: Principal = {
    issuer: 'token',
    subject: wish.name,
    kind: 'machine',
    scopes: scopesFor(wish.role, wish.services),
  };
  return make(registry, { ...of, kind: 'token', name: wish.name, principal, expiresAt: of.now + wish.ttlMs });
}

/** A login: the same person, for twelve hours. */
export async function createSession(
  registry: Registry,
  of: { readonly by: Principal; readonly now: Instant; readonly id: string },
): Promise<Made> {
  return make(registry, { ...of, kind: 'session', name: 'dashboard', principal: of.by, expiresAt: of.now + sessionMs });
}

/** Who this secret stands for; undefined: nobody, or not any more. */
export function tokenOf(registry: Registry, secret: string, now: Instant): TokenRow | undefined {
  if (!isSecret(secret)) return undefined;
  const hash = hashOf(secret);
  return registry.read((rows) => findToken(rows, hash, now));
}

/** @throws TOKEN_UNKNOWN */
export async function endToken(registry: Registry, which: string, now: Instant): Promise<void> {
  if ((await registry.write((rows) => revokeToken(rows, which, now))) > 0) return;
  throw fail('TOKEN_UNKNOWN', { message: `revoke ${which}`, key: which, hint: 'reconcile token list' });
}

interface Draft {
  readonly kind: TokenRow['kind'];
  readonly name: string;
  readonly principal: Principal;
  readonly expiresAt: Instant;
  readonly by: Principal;
  readonly now: Instant;
  readonly id: string;
}

async function make(registry: Registry, draft: Draft): Promise<Made> {
  const { by, expiresAt, id, kind, name, now, principal } = draft;
  const secret = newSecret();
  const token: TokenRow = { id, kind, name, principal, createdAt: now, createdBy: by, expiresAt };
  await registry.write((rows) => addToken(rows, { ...token, hash: hashOf(secret) }));
  return { secret, token };
}

function problemOf({ name, role, services, ttlMs }: TokenWish): { wanted: string; actual: string } | undefined {
  if (!nameShape.test(name)) return { wanted: 'a name of letters, digits, ., _ and -', actual: JSON.stringify(name) };
  if (!roles.includes(role)) return { wanted: `one of ${roles.join(', ')}`, actual: role };
  const odd = services.find((service) => !nameShape.test(service));
  if (odd !== undefined) return { wanted: 'names of services', actual: JSON.stringify(odd) };
  if (services.length > 0 && role === 'admin')
    return { wanted: 'guest or user for services: an admin has the whole node', actual: role };
  if (!(ttlMs >= 1000 && ttlMs <= longestMs)) return { wanted: 'a life of 1 s to 366 d', actual: `${ttlMs} ms` };
  return undefined;
}
