import type { Action } from '@reconcile/core';
import type { RouteSpec } from '@reconcile/core/kinds/route';
import { listenerActions, routeActions } from '../proxy/actions.ts';

/** The proxy ends TLS itself. */
export function ended(
  certificate: string,
  redirectFrom = 0,
): Pick<RouteSpec, 'tls' | 'mode' | 'certificate' | 'redirectFrom'> {
  return { tls: true, mode: 'l7', certificate, redirectFrom };
}

/** A life of listeners and routes from nothing to nothing, as far as Caddy can follow: names only, nothing parks. */
export function caddyScript(ports: { readonly plain: number; readonly tls: number; readonly spare: number }): Action[] {
  const plain = listenerActions(ports.plain);
  const tls = listenerActions(ports.tls, { tls: true });
  const web = routeActions({ listener: ports.plain, hostname: 'web.example.net' });
  const api = routeActions({ listener: ports.plain, hostname: 'web.example.net', path: '/api' });
  const shop = routeActions({
    listener: ports.tls,
    hostname: 'shop.example.net',
    ...ended('shop.example.net', ports.plain),
  });
  return [
    plain.create,
    web.create(['127.0.0.1:31001']),
    api.create(['127.0.0.1:31002', '127.0.0.1:31003']),
    tls.create,
    shop.create(['127.0.0.1:31004']),
    web.update(['127.0.0.1:31005']),
    web.unpark(['127.0.0.1:31006']),
    api.update(['127.0.0.1:31003', '127.0.0.1:31007', '[::1]:31008']),
    shop.update([]),
    plain.update({ binds: [`127.0.0.1:${ports.plain}`, `[::1]:${ports.spare}`] }),
    shop.delete,
    api.delete,
    tls.delete,
    web.delete,
    plain.delete,
  ];
}
