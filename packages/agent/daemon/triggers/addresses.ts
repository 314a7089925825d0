import { networkInterfaces } from 'node:os';
import type { Rearm, TriggerContext } from '../trigger.ts';

const everyMs = 5_000;

/** A hint when an address of this machine comes or goes: routes, records and published ports may have to follow. */
export function watchAddresses(cx: TriggerContext, read: () => string = addresses): Rearm {
  let known = read();
  const timer = setInterval(() => {
    const now = read();
    if (now === known) return;
    known = now;
    cx.hint('address');
  }, everyMs);
  timer.unref();
  cx.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return { rearm: () => undefined };
}

/** Container networks come and go all the time: what they use is nobody's address here. */
function addresses(): string {
  const found = Object.entries(networkInterfaces()).flatMap(([name, list = []]) =>
    /^(?:veth|podman|cni-|tap|br-)/.test(name) ? [] : list.map(({ address }) => `${name} ${address}`),
  );
  return found.sort().join('\n');
}
