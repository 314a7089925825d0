import type { Host } from '@reconcile/host';
import { formatAddress, parseAddress } from '../record/names.ts';

/** HAProxy's alerts without its banner, for people. */
export function startMessage(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter((line) => /ALERT|^ {2}\S/.test(line))
    .map((line) => line.replace(/^\[ALERT\]\s*\(\d+\) : /, '').trim());
  return lines.join('; ').slice(0, 1000) || stderr.trim().slice(-300);
}

/** What is wrong with an address, and what to do. */
export interface BindTrouble {
  readonly actual: string;
  readonly hint: string;
}

/** Who stands in the way of listening at these addresses; undefined: nobody. */
export async function findHolders(host: Host, binds: readonly string[]): Promise<BindTrouble | undefined> {
  const listening = binds.length === 0 ? [] : await host.net.listening();
  const held = binds.flatMap((bind) => {
    const { ip, port } = parseAddress(bind);
    const holder = listening.find((one) => one.protocol === 'tcp' && one.port === port && overlaps(ip, one.ip));
    return holder === undefined ? [] : [{ bind, holder }];
  });
  if (held.length === 0) return undefined;
  return {
    actual: held
      .map(({ bind, holder }) => `${bind} is in use: somebody listens on ${formatAddress(holder)}`)
      .join('; '),
    hint: `see who: ss -ltnp 'sport = :${held[0]?.holder.port}'`,
  };
}

/** Why these addresses could not be bound; undefined: that is not the trouble. */
export async function explainBinds(host: Host, binds: readonly string[]): Promise<BindTrouble | undefined> {
  const held = await findHolders(host, binds);
  if (held !== undefined || host.proc.uid() === 0) return held;
  const lowest = await firstFreePort(host);
  const denied = binds.filter((bind) => parseAddress(bind).port < lowest);
  if (denied.length === 0) return undefined;
  const first = Math.min(...denied.map((bind) => parseAddress(bind).port));
  return {
    actual: `${denied.join(', ')} is below ${lowest}, where this user may not listen`,
    hint: `allow it: sysctl net.ipv4.ip_unprivileged_port_start=${first}`,
  };
}

/** Ports below it need CAP_NET_BIND_SERVICE (ip-sysctl: ip_unprivileged_port_start, default 1024). */
async function firstFreePort(host: Host): Promise<number> {
  const text = await host.files.text('/proc/sys/net/ipv4/ip_unprivileged_port_start').catch(() => undefined);
  return Number(text?.trim() ?? 1024);
}

function overlaps(a: string, b: string): boolean {
  return a === b || [a, b].some((ip) => ip === '::' || ip === '0.0.0.0');
}
