import type { Action, ApplyContext, Driver, ResourceKey } from '@reconcile/core';
import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import { certificateOf, type RouteArgs } from '@reconcile/core/kinds/route';
import type { Host, ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import { mcproxyLimit } from '../limits/limits.ts';
import { listenerHint, withConnection } from '../observe/ask.ts';
import { addressesOf, desiredListeners, digestOf, look, routesAt, type Sight } from '../observe/look.ts';
import { mcproxyObserver } from '../observe/observe.ts';
import type { RouteRecord } from '../record/record.ts';
import { routeOf } from '../record/route.ts';
import type { McproxySettings } from '../settings/settings.ts';
import { addRoute, removeRoute, type Work, writeRecord } from './change.ts';

/** MC-Proxy as a driver. One action at a time: they share the record. */
export function mcproxyDriver(settings: McproxySettings): Driver<ReadHost, Host> {
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...mcproxyObserver(settings),
    apply(cx, action) {
      const turn = last.then(() => applyOne(cx, settings, action));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

async function applyOne(cx: ApplyContext<Host>, settings: McproxySettings, action: Action): Promise<undefined> {
  if (cx.signal.aborted) throw fail('MCPROXY_CANCELLED', { message: `apply ${action.id}`, key: action.key });
  await withConnection(cx.host, settings, async (connection) => {
    const sight = await look(cx.host, settings, connection);
    const work: Work = { host: cx.host, settings, connection, sight };
    if (action.kind === 'listener') checkListener(sight, action);
    else if (action.kind === 'route') await applyRoute(cx, work, action);
    else throw unknown(action);
  });
  return undefined;
}

/** It is there or it is not: nothing here can open one, and none is closed. */
function checkListener({ running }: Sight, action: Action): void {
  if (action.verb === 'delete') return;
  if (action.verb !== 'create' && action.verb !== 'update') throw unknown(action);
  const { spec } = action.args as unknown as { spec: ListenerSpec };
  allThere(action.key, spec, running);
}

/** @throws MCPROXY_NO_LISTENER */
function allThere(key: ResourceKey, spec: ListenerSpec, running: Sight['running']): string[] {
  const found = addressesOf(spec, running);
  const missing = spec.binds.filter((_, at) => found[at] === undefined);
  if (missing.length === 0 && spec.tls) return found.flatMap((addr) => addr ?? []);
  throw fail('MCPROXY_NO_LISTENER', {
    message: `serve ${key}`,
    key,
    wanted: spec.tls ? `a listener at ${missing.join(', ')}` : 'a listener without TLS',
    actual: running.size === 0 ? 'none at all' : `listeners at ${[...running.keys()].join(', ')}`,
    hint: listenerHint,
  });
}

async function applyRoute(cx: ApplyContext<Host>, work: Work, action: Action): Promise<void> {
  switch (action.verb) {
    case 'create':
    case 'update':
    case 'unpark':
      return putRoute(cx, work, action);
    case 'park':
      throw fail('MCPROXY_NOT_SUPPORTED', { message: `park ${action.key}`, actual: 'its contract has no such call' });
    case 'delete':
      return dropRoute(work, action.key);
    default:
      throw unknown(action);
  }
}

async function putRoute(cx: ApplyContext<Host>, work: Work, action: Action): Promise<void> {
  const { key, services } = action;
  const { spec, specHash, targets } = action.args as unknown as RouteArgs;
  const limit = mcproxyLimit(spec, targets.length);
  if (limit !== undefined) throw fail('MCPROXY_NOT_SUPPORTED', { message: `serve ${key}`, key, actual: limit });
  const { sight, settings } = work;
  const listener = desiredListeners(cx.desired).get(spec.listener);
  if (listener === undefined) {
    throw fail('MCPROXY_NO_LISTENER', { message: `serve ${key}`, key, wanted: `listener/${spec.listener}` });
  }
  const addresses = allThere(key, listener.spec, sight.running);
  const before = sight.record.routes[key];
  for (const addr of addresses) refuseForeign(sight, { key, addr, hostname: spec.hostname, before });
  const certificate = await digestOf(cx.host, settings, certificateOf(spec));
  const record: RouteRecord = { services, spec, specHash, schema: 1, targets, addresses, certificate };
  const route = routeOf(record, settings);
  // Where it was put before stays recorded until it is gone from there.
  const left = (before?.addresses ?? []).filter((addr) => !addresses.includes(addr));
  await writeRecord(work, key, { ...record, addresses: [...addresses, ...left] });
  for (const addr of addresses) {
    if (route === undefined) await removeRoute(work, addr, spec.hostname);
    else await addRoute(work, addr, route);
  }
  if (left.length === 0) return;
  for (const addr of left) await removeRoute(work, addr, spec.hostname);
  await writeRecord(work, key, record);
}

/** Adding is replacing in MC-Proxy: what we have no record of is somebody else's. @throws MCPROXY_CONFLICT */
function refuseForeign(
  sight: Sight,
  {
    key,
    addr,
    hostname,
    before,
  }: { key: ResourceKey; addr: string; hostname: string; before: RouteRecord | undefined },
): void {
  const there = routesAt(sight, addr, hostname);
  if (there === undefined || before?.addresses.includes(addr) === true) return;
  throw fail('MCPROXY_CONFLICT', {
    message: `serve ${key}`,
    key,
    wanted: `${hostname} at ${addr}`,
    actual: `somebody else leads it to ${there.backend}`,
    hint: 'remove that route from MC-Proxy, or rename ours',
  });
}

async function dropRoute(work: Work, key: ResourceKey): Promise<void> {
  const before = work.sight.record.routes[key];
  if (before === undefined) return;
  for (const addr of before.addresses) await removeRoute(work, addr, before.spec.hostname);
  await writeRecord(work, key, undefined);
}

function unknown(action: Action) {
  return fail('MCPROXY_VERB', { message: `apply ${action.id}`, key: action.key });
}
