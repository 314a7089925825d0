import type { Instant, Principal } from '@reconcile/core';
import type { Registry } from '@reconcile/registry';
import { fail } from './errors.ts';
import type { JwtIssuers } from './jwt.ts';
import { tokenOf } from './tokens.ts';

/** Who vouches for what callers show. */
export interface Vouchers {
  readonly registry: Registry;
  /** undefined: nobody else's tokens count. */
  readonly jwt: JwtIssuers | undefined;
}

/** Whom `Authorization: Bearer …` stands for: a token of ours, or of an issuer that node.toml names. @throws NOT_AUTHENTICATED ISSUER_UNKNOWN */
export async function bearerOf(of: Vouchers, authorization: string, now: Instant): Promise<Principal> {
  const bearer = /^Bearer ([A-Za-z0-9._~+/=-]{1,8192})$/i.exec(authorization)?.[1];
  const by = bearer === undefined ? undefined : await principalOf(of, bearer, now);
  if (by !== undefined) return by;
  throw fail('NOT_AUTHENTICATED', {
    message: 'read the token',
    wanted: 'a token that is in force',
    hint: 'reconcile token list',
  });
}

async function principalOf({ jwt, registry }: Vouchers, bearer: string, now: Instant): Promise<Principal | undefined> {
  const token = tokenOf(registry, bearer, now);
  if (token !== undefined) return token.kind === 'token' ? token.principal : undefined;
  return bearer.split('.').length === 3 ? jwt?.principalOf(bearer, now) : undefined;
}
