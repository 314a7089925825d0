import type { Principal } from '@reconcile/core';

/** A local command is its OS user (specs/0012). */
export function localPrincipal(uid: number): Principal {
  return { issuer: 'unix', subject: String(uid), kind: 'person', scopes: ['admin'] };
}
