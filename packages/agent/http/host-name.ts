import { isIP } from 'node:net';
import { fail } from './errors.ts';

/**
 * Only hosts that this node goes by: `localhost`, addresses, and names of [api] hosts. A page of another site that had its own
 * name led to this address (DNS rebinding) sends that name. Ports do not matter: tunnels have their own. @throws HOST_UNKNOWN
 */
export function insistOnHost(header: string | undefined, names: readonly string[]): void {
  const found = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]{1,253})(?::\d{1,5})?$/.exec(header ?? '')?.[1];
  const name = found?.replace(/^\[|\]$/g, '').toLowerCase();
  if (name !== undefined && (name === 'localhost' || isIP(name) !== 0 || names.includes(name))) return;
  throw fail('HOST_UNKNOWN', {
    message: 'answer as another host',
    wanted: ['localhost', 'an address', ...names].join(', '),
    actual: JSON.stringify((header ?? '').slice(0, 100)),
    hint: 'names that lead here may be added: [api] hosts = ["…"]',
  });
}
