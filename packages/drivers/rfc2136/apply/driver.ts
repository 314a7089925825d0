import type { Driver } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import { rfc2136Observer } from '../observe/observe.ts';
import type { Rfc2136Settings } from '../observe/settings.ts';
import { applyRfc2136 } from './apply.ts';

/** One zone by DNS UPDATE (RFC 2136) and TSIG (RFC 8945), on any server that speaks them; tried with Knot and BIND. */
export function rfc2136Driver(settings: Rfc2136Settings): Driver<ReadHost, Host> {
  return { ...rfc2136Observer(settings), apply: (cx, action) => applyRfc2136(cx, action, settings) };
}
