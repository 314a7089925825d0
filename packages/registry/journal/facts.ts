import type { Facts } from '@reconcile/core';

/** Facts are a driver's word: read by name and type, never assumed. */
export function textFact(facts: Facts | undefined, name: string): string | undefined {
  const value = facts?.[name];
  return typeof value === 'string' ? value : undefined;
}

export function numberFact(facts: Facts | undefined, name: string): number | undefined {
  const value = facts?.[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
