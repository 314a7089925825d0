import type { ReadHost } from '@reconcile/host';
import type { ProbeTarget } from './glance.ts';

/** `grpc` health: `Check` of grpc.health.v1 says SERVING, of the service that `expect` names or of the program as a whole. */
export async function probeGrpc(host: ReadHost, { endpoint, health }: ProbeTarget): Promise<[boolean, string]> {
  if (endpoint === null) return [false, 'no published port to ask'];
  const { expect: service, timeoutMs, tls = false } = health;
  const { says, serving } = await host.net.grpcHealth({ ...endpoint, service, timeoutMs, tls });
  return [serving, `grpc ${endpoint.ip}:${endpoint.port}${service === '' ? '' : ` ${service}`}: ${says}`];
}
