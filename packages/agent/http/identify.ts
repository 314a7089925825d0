import type { IncomingMessage } from 'node:http';
import type { Principal } from '@reconcile/core';
import { fail as refuse } from '../access/errors.ts';
import { bearerOf, csrfOf, isSame, tokenOf } from '../access/index.ts';
import type { Room } from './context.ts';
import { cookieName, cookieOf } from './cookie.ts';

/** Who asks, and by what we know. */
export interface Identity {
  readonly by: Principal;
  readonly via: 'socket' | 'http';
  /** Of a session: its id and its secret. */
  readonly session?: { readonly id: string; readonly secret: string };
}

/**
 * Who a request is from: the peer of the unix socket, a bearer token, or a session's cookie. undefined: it shows nothing.
 * @throws NOT_AUTHENTICATED ISSUER_UNKNOWN: it shows something that does not open the door
 */
export async function identify(room: Room, request: IncomingMessage, isPeer: boolean): Promise<Identity | undefined> {
  if (isPeer) {
    return { by: { issuer: 'unix', subject: String(room.uid), kind: 'person', scopes: ['admin'] }, via: 'socket' };
  }
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined) {
    return { by: await bearerOf(room, authorization, room.now()), via: 'http' };
  }
  const secret = cookieOf(cookie, cookieName(room.config.node));
  if (secret === undefined || secret === '') return undefined;
  const token = tokenOf(room.registry, secret, room.now());
  // A browser whose session ended is not an attack: it is asked to log in again.
  return token?.kind === 'session'
    ? { by: token.principal, via: 'http', session: { id: token.id, secret } }
    : undefined;
}

/**
 * What acts, or sends more than a question, comes from a page of ours or from no page at all: another site can make a browser
 * send the cookie, but neither our Origin nor the page's own proof. @throws FOREIGN_ORIGIN
 */
export function insistOnOrigin(request: IncomingMessage, identity: Identity | undefined): void {
  const { host = '', origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const foreign = (actual: string) =>
    refuse('FOREIGN_ORIGIN', { message: 'act for a page', wanted: `a page of ${host}`, actual });
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) throw foreign(origin);
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw foreign(String(site));
  if (identity?.session === undefined) return;
  if (origin === undefined && site !== 'same-origin') throw foreign('no Origin');
  const proof = request.headers['x-reconcile-csrf'];
  if (typeof proof !== 'string' || !isSame(proof, csrfOf(identity.session.secret)))
    throw foreign('no proof in x-reconcile-csrf');
}
