import type { Desired, Observed } from '@reconcile/core';
import type { ListenerSpec } from '@reconcile/core/kinds/listener';

/** What both lists are made from: one look at the node. */
export interface IngressLook {
  readonly desired: Desired;
  readonly observed: Observed;
}

/** Where this machine reaches a listener of its proxy; undefined: it has none. */
export function dialOf({ desired, observed }: IngressLook, port: number): { ip: string; port: number } | undefined {
  const key = `listener/${port}` as const;
  const spec = (observed.resources[key]?.spec ?? desired.resources[key]?.spec) as unknown as ListenerSpec | undefined;
  const bind = spec?.binds[0];
  if (bind === undefined) return undefined;
  const cut = bind.lastIndexOf(':');
  const ip = bind.slice(0, cut).replace(/[[\]]/g, '');
  const local = ip === '::' || ip === '' || ip === '*' ? '::1' : ip === '0.0.0.0' ? '127.0.0.1' : ip;
  return { ip: local, port: Number(bind.slice(cut + 1)) };
}
