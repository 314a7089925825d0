import { listAudit, listTokens } from '@reconcile/registry';
import { fail as refuse } from '../../access/errors.ts';
import { createSession, createToken, csrfOf, endToken, roleOf } from '../../access/index.ts';
import type { Room } from '../context.ts';
import { cookieName, expiredCookie, sessionCookie } from '../cookie.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import * as s from '../schemas/documents.ts';
import { auditQuery, loginBody, tokenBody, tokenParams } from '../schemas/requests.ts';

const usualLimit = 100;

/** Coming in, and who may. */
export function doorEndpoints(room: Room): readonly Endpoint[] {
  const { codes, config, newId, now, registry } = room;
  const cookie = cookieName(config.node);
  return [
    endpoint({
      method: 'POST',
      path: '/api/v1/login',
      rule: 'login',
      says: 'A one-time code becomes a session in a cookie that no script can read.',
      body: loginBody,
      answer: s.me,
      run: async ({ body }) => {
        const by = codes.take(body.code, now());
        if (by === undefined) {
          throw refuse('LOGIN_OVER', { message: 'log in', hint: 'a new link: reconcile dashboard' });
        }
        const { secret } = await createSession(registry, { by, now: now(), id: newId() });
        return { json: meOf(by, secret), headers: { 'set-cookie': sessionCookie(cookie, secret) } };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/api/v1/logout',
      rule: 'logout',
      says: 'Ends the session.',
      answer: s.nothing,
      run: async ({ session }) => {
        if (session !== undefined) await endToken(registry, session, now());
        return { json: {}, headers: { 'set-cookie': expiredCookie(cookie) } };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/me',
      rule: 'me',
      says: 'Who the caller is, and what they may.',
      answer: s.me,
      run: ({ caller, secret }) => ({ json: meOf(caller.by, secret) }),
    }),
    endpoint({
      method: 'POST',
      path: '/api/v1/login-links',
      rule: 'loginLink',
      says: 'A code that opens the dashboard once, within a minute: append it to its address as #login=CODE.',
      answer: s.loginLink,
      run: ({ caller }) => ({ json: { ...codes.make(caller.by, now()), hint: '/#login=<code>' } }),
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/tokens',
      rule: 'tokens',
      says: 'Tokens and sessions, newest first; never what opens them.',
      answer: s.token.array(),
      run: () => ({ json: registry.read(listTokens) }),
    }),
    endpoint({
      method: 'POST',
      path: '/api/v1/tokens',
      rule: 'tokenCreate',
      says: 'A new token; its secret is shown once.',
      body: tokenBody,
      target: (_params, { name }) => name,
      answer: s.madeToken,
      run: async ({ body, caller }) => ({
        json: await createToken(registry, body, { by: caller.by, now: now(), id: newId() }),
        status: 201,
      }),
    }),
    endpoint({
      method: 'DELETE',
      path: '/api/v1/tokens/:id',
      rule: 'tokenRevoke',
      says: 'Ends a token or a session.',
      params: tokenParams,
      target: ({ id }) => id,
      answer: s.nothing,
      run: async ({ params }) => {
        await endToken(registry, params.id, now());
        return { json: {} };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/audit',
      rule: 'audit',
      says: 'Who did what, newest first.',
      query: auditQuery,
      answer: s.auditDocument,
      run: ({ query }) => ({
        json: registry.read((rows) =>
          listAudit(rows, {
            limit: query.limit ?? usualLimit,
            ...(query.before === undefined ? {} : { before: query.before }),
          }),
        ),
      }),
    }),
  ];
}

function meOf(principal: Parameters<typeof roleOf>[0], secret: string | undefined) {
  return { principal, role: roleOf(principal) ?? 'guest', csrf: secret === undefined ? '' : csrfOf(secret) };
}
