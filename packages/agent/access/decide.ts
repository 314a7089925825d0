import { type Principal, principalName } from '@reconcile/core';
import { fail } from './errors.ts';
import { isAtLeast, roleOf, servicesOf } from './role.ts';
import { ruleOf } from './table.ts';

/** What is asked for. `target`: a service, component or job; '' where none is meant. */
export interface Wish {
  readonly method: string;
  readonly target: string;
}

/** Passes when the table allows it; whatever it does not know is denied. @throws NOT_AUTHENTICATED NOT_ALLOWED */
export function insist(by: Principal | undefined, { method, target }: Wish): void {
  const rule = ruleOf(method);
  if (rule?.least === 'anyone') return;
  if (by === undefined) throw unauthenticated(method);
  const denied = (wanted: string) =>
    fail('NOT_ALLOWED', {
      message: `${method}${target === '' ? '' : ` ${target}`} as ${principalName(by)}`,
      key: method,
      wanted,
      actual: by.scopes.join(', ') || 'no role',
      hint: 'an admin makes tokens with more: reconcile token create',
    });
  if (rule === undefined) throw denied('a method that exists');
  const role = roleOf(by);
  if (role === undefined || !isAtLeast(role, rule.least)) throw denied(`the role ${rule.least}`);
  const services = servicesOf(by);
  if (services === undefined || rule.reach === 'self') return;
  if (rule.reach === 'node') throw denied('a principal that is not held to services');
  if (!services.includes(target.split('/')[0] ?? '')) throw denied(`the scope service:${target.split('/')[0] ?? ''}`);
}

/** The answer to whoever shows nothing that opens the door. */
export function unauthenticated(method: string) {
  return fail('NOT_AUTHENTICATED', {
    message: method,
    wanted: 'a session, or a token in Authorization: Bearer',
    hint: 'open the dashboard with: reconcile dashboard',
  });
}
