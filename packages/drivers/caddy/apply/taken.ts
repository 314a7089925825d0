import { plainIp } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import { fail } from '../errors.ts';
import type { Sight } from '../observe/look.ts';
import { bindOf, listenAddress } from '../record/names.ts';
import type { Draft } from './draft.ts';
import type { Write } from './write.ts';

/**
 * An address that cannot be had must not be tried: a load that fails on its second listener leaves the first one of the failed
 * load answering beside the restored one, for good (Caddy 2.6.2). So it is looked up before anything is sent.
 * @throws CADDY_BIND
 */
export async function refuseTaken(
  host: Host,
  { write, sight, draft }: { write: Write; sight: Sight; draft: Draft },
): Promise<void> {
  const binds = write.port === undefined ? [] : (draft.sites.get(write.port)?.listener.spec.binds ?? []);
  const held = new Set([...sight.sites.values()].flatMap((site) => site.binds));
  const fresh = binds.map((bind) => bindOf(listenAddress(bind)) ?? bind).filter((bind) => !held.has(bind));
  if (fresh.length === 0) return;
  const listening = (await host.net.listening()).filter(({ protocol }) => protocol === 'tcp');
  for (const bind of fresh) {
    const { ip, port } = split(bind);
    const holder = listening.find(
      (one) => one.port === port && overlaps(ip, plainIp(one.ip)) && !held.has(join(plainIp(one.ip), port)),
    );
    if (holder === undefined) continue;
    throw fail('CADDY_BIND', {
      message: `serve listener/${write.port}`,
      wanted: `to listen on ${bind}`,
      actual: `${bind} is in use: somebody listens on ${join(plainIp(holder.ip), port)}`,
      hint: `see who: ss -ltnp 'sport = :${port}'`,
    });
  }
}

function split(bind: string): { ip: string; port: number } {
  const cut = bind.lastIndexOf(':');
  return { ip: plainIp(bind.slice(0, cut)), port: Number(bind.slice(cut + 1)) };
}

function join(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

function overlaps(a: string, b: string): boolean {
  return a === b || [a, b].some((ip) => ip === '::' || ip === '0.0.0.0');
}
