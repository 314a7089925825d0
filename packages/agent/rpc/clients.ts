import type { Principal } from '@reconcile/core';
import { scopesFor } from '../access/role.ts';
import type { ClientConfig } from '../config/model.ts';

/** Whom a certificate with these names stands for; undefined: nobody that node.toml knows. */
export function clientOf(clients: readonly ClientConfig[], names: readonly string[]): Principal | undefined {
  const found = clients.find(({ name }) => names.includes(name));
  if (found === undefined) return undefined;
  return { issuer: 'tls', subject: found.name, kind: 'machine', scopes: scopesFor(found.role, found.services) };
}
