import { errorText } from '@reconcile/core';
import type { AwaitArgs, HealthSpec } from '@reconcile/core/kinds/container';
import type { ReadHost } from '@reconcile/host';

/** What a probe looks at: an await's arguments without its patience. */
export type ProbeTarget = Pick<AwaitArgs, 'name' | 'health' | 'endpoint' | 'udp' | 'containerPort' | 'hostNetwork'>;

/**
 * A cheap look at something whose gate was passed before: what can be read without waiting. undefined: this type cannot
 * be looked at cheaply, the recorded health stands.
 */
export async function glance(host: ReadHost, target: ProbeTarget, pid: number): Promise<boolean | undefined> {
  switch (target.health.type) {
    case 'running':
      return true;
    case 'http':
      return (await probeHttp(host, target))[0];
    case 'tcp':
      if (target.containerPort === null) return true;
      return (await host.proc.listens(pid, target.containerPort, { own: target.hostNetwork }))?.outside ?? undefined;
    case 'exec':
    case 'dns':
    case 'grpc':
      return undefined;
  }
}

/** One GET, no redirects, a small body. */
export async function probeHttp(host: ReadHost, target: ProbeTarget): Promise<[boolean, string]> {
  const { endpoint, health } = target;
  if (endpoint === null) return [false, 'no published port to ask'];
  const ip = endpoint.ip.includes(':') ? `[${endpoint.ip}]` : endpoint.ip;
  try {
    const answer = await host.http.request({
      method: 'GET',
      url: `http://${ip}:${endpoint.port}${health.path === '' ? '/' : health.path}`,
      headers: { 'user-agent': 'reconcile-probe', connection: 'close' },
      timeoutMs: health.timeoutMs,
      maxBytes: 4096,
    });
    return judgeHttp(health, answer.status, new TextDecoder().decode(answer.body));
  } catch (error) {
    return [false, `http ${health.path || '/'}: ${errorText(error)}`];
  }
}

/** `expect`: empty = any 2xx or 3xx; `200` or `200-299` = that status; anything else = text the body contains. */
export function judgeHttp(health: HealthSpec, status: number, body: string): [boolean, string] {
  const range = /^(\d{3})(?:-(\d{3}))?$/.exec(health.expect);
  const said = `http ${health.path || '/'} ${status}`;
  if (range !== null) {
    const first = Number(range[1]);
    const last = Number(range[2] ?? range[1]);
    return status >= first && status <= last ? [true, said] : [false, `${said}, wanted ${health.expect}`];
  }
  if (status < 200 || status > 399) return [false, said];
  if (health.expect !== '' && !body.includes(health.expect))
    return [false, `${said}, but its body lacks "${health.expect}"`];
  return [true, said];
}
