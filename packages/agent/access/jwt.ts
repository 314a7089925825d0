import type { Instant, Principal } from '@reconcile/core';
import type { JWTVerifyGetKey } from 'jose';
import type { IssuerConfig } from '../config/model.ts';
import { fail } from './errors.ts';
import { type Role, scopesFor } from './role.ts';
import { hashOf } from './secret.ts';

const cachedMs = 30_000;
const mostCached = 1000;

/** Tokens of other issuers. What was found good counts for 30 s, by the token's hash: so long may a revoked one still open. */
export class JwtIssuers {
  readonly #issuers: readonly IssuerConfig[];
  readonly #keys = new Map<string, JWTVerifyGetKey>();
  readonly #known = new Map<string, { readonly by: Principal; readonly until: Instant }>();

  constructor(issuers: readonly IssuerConfig[]) {
    this.#issuers = issuers;
  }

  /** @throws ISSUER_UNKNOWN */
  async principalOf(token: string, now: Instant): Promise<Principal> {
    const hash = hashOf(token);
    const known = this.#known.get(hash);
    if (known !== undefined && now < known.until) return known.by;
    this.#known.delete(hash);
    const { createRemoteJWKSet, decodeJwt, errors, jwtVerify } = await import('jose');
    try {
      const claimed = decodeJwt(token).iss;
      const issuer = this.#issuers.find((one) => one.issuer === claimed);
      if (issuer === undefined) {
        throw unknown({ wanted: this.#issuers.map((one) => one.issuer).join(', '), actual: String(claimed) });
      }
      const keys = this.#keys.get(issuer.jwks) ?? createRemoteJWKSet(new URL(issuer.jwks), { timeoutDuration: 5000 });
      this.#keys.set(issuer.jwks, keys);
      const { payload } = await jwtVerify(token, keys, {
        issuer: issuer.issuer,
        audience: issuer.audience,
        algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
        requiredClaims: ['exp', 'sub'],
        clockTolerance: 5,
        currentDate: new Date(now),
      });
      const by = principalFrom(issuer, payload);
      this.#keep(hash, { by, until: Math.min(now + cachedMs, (payload.exp ?? 0) * 1000) });
      return by;
    } catch (error) {
      if (error instanceof errors.JOSEError)
        throw unknown({ wanted: 'a token that its issuer vouches for', actual: error.message });
      throw error;
    }
  }

  #keep(hash: string, entry: { readonly by: Principal; readonly until: Instant }): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= mostCached && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(hash, entry);
  }
}

function principalFrom(issuer: IssuerConfig, payload: Readonly<Record<string, unknown>>): Principal {
  const claim = payload[issuer.claim];
  const values = Array.isArray(claim) ? claim : [claim];
  const granted = values.flatMap((value) =>
    typeof value === 'string' && Object.hasOwn(issuer.roles, value) ? [issuer.roles[value] as Role] : [],
  );
  if (granted.length === 0) {
    throw unknown({
      wanted: `${issuer.claim} with one of ${Object.keys(issuer.roles).join(', ')}`,
      actual: JSON.stringify(claim ?? null),
    });
  }
  const scopes = [...new Set(granted.flatMap((role) => scopesFor(role, [])))];
  return { issuer: issuer.issuer, subject: String(payload.sub), kind: 'person', scopes };
}

function unknown(of: { wanted: string; actual: string }) {
  return fail('ISSUER_UNKNOWN', { message: 'read the token', ...of });
}
