import type { Driver } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import { applyHosts } from './apply.ts';
import { hostsObserver } from './observe/observe.ts';
import type { HostsSettings } from './observe/settings.ts';

/** Names as files of dnsmasq's `hostsdir` (dnsmasq 2.87 and newer also forgets what a removed file said). */
export function hostsDriver(settings: HostsSettings): Driver<ReadHost, Host> {
  return { ...hostsObserver(settings), apply: (cx, action) => applyHosts(cx, action, settings) };
}
