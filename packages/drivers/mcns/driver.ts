import type { Driver } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import { applyMcns } from './apply.ts';
import { mcnsObserver } from './observe/observe.ts';
import type { McnsSettings } from './observe/settings.ts';

/** One zone by the REST contract of the platform's own name server. */
export function mcnsDriver(settings: McnsSettings): Driver<ReadHost, Host> {
  return { ...mcnsObserver(settings), apply: (cx, action) => applyMcns(cx, action, settings) };
}
