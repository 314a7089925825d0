import type { ReadHost } from '@reconcile/host';
import type { ProbeTarget } from './glance.ts';

/** How long an accepted connection must stay open to count: a rootless port forwarder accepts with nothing behind it and closes after ~190 ms. */
const stayMs = 300;

/**
 * `tcp` health, without sending a byte: the process listens where others can reach it, and a connection through the
 * published port stays open or speaks.
 */
export async function probeTcp(host: ReadHost, target: ProbeTarget, pid: number): Promise<[boolean, string]> {
  const { containerPort: port, endpoint } = target;
  if (port === null) return [false, 'tcp health, but no tcp port is declared'];
  const listening = await host.proc.listens(pid, port, { own: target.hostNetwork });
  if (listening !== undefined && !listening.outside && !(target.hostNetwork && listening.loopback)) {
    return [false, diagnoseListening(port, listening)];
  }
  if (endpoint === null)
    return listening === undefined
      ? [false, `cannot see whether port ${port} is listened on`]
      : [true, `listens on ${port}`];
  const verdict = await host.net.connect(endpoint.ip, endpoint.port, { timeoutMs: target.health.timeoutMs, stayMs });
  const place = `${endpoint.ip}:${endpoint.port}`;
  switch (verdict) {
    case 'open':
    case 'answered':
      return [true, `tcp ${place} answers`];
    case 'closed':
      return [false, `tcp ${place} accepts and closes: nothing behind the published port`];
    case 'refused':
      return [false, `tcp ${place} refuses`];
    case 'timeout':
    case 'unreachable':
      return [false, `tcp ${place}: ${verdict}`];
  }
}

/** The two usual mistakes get their own words: bound to localhost, or another port than the one asked for. */
export function diagnoseListening(port: number, seen: { loopback: boolean; ports: readonly number[] }): string {
  if (seen.loopback)
    return `listens on 127.0.0.1:${port} inside the container, where nobody else can reach it; bind 0.0.0.0:${port}`;
  if (seen.ports.length === 0) return `nothing listens on port ${port} inside the container yet`;
  const [only = 0, ...others] = seen.ports;
  const hint = others.length === 0 ? `container_port = ${only}` : 'container_port to the right one';
  return `nothing listens on port ${port} inside the container, but the program listens on ${seen.ports.join(', ')}: set ${hint} in its route, or let it listen on $PORT`;
}
