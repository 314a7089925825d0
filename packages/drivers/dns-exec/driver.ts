import type { Driver } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import { applyDnsExec } from './apply.ts';
import { dnsExecObserver } from './observe/observe.ts';
import type { DnsExecSettings } from './observe/settings.ts';

/** One zone by a user's own program (specs/dns-exec.md). Its writes run one after another: scripts need no lock of their own. */
export function dnsExecDriver(settings: DnsExecSettings): Driver<ReadHost, Host> {
  let before: Promise<unknown> = Promise.resolve();
  return {
    ...dnsExecObserver(settings),
    apply(cx, action) {
      const write = before.then(() => applyDnsExec(cx, action, settings));
      before = write.catch(() => undefined);
      return write;
    },
  };
}
