import type { ApplyContext, Driver, Locus, ProbeResult, ResourceKey } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';
import { type ProbeTarget, probeHttp } from './look/glance.ts';
import { probeDns } from './look/probe-dns.ts';
import { probeGrpc } from './look/probe-grpc.ts';
import { probeTcp } from './look/probe-tcp.ts';

/**
 * One full probe, as a gate needs it. `tcp` means: the container's process listens on the port on an address others can
 * reach, *and* a connection through the published port stays open or speaks (product.md section 2).
 */
export async function probe(
  cx: ApplyContext<Host>,
  driver: Driver<ReadHost, Host>,
  { key, target, locus }: { key: ResourceKey; target: ProbeTarget; locus: Locus },
): Promise<ProbeResult> {
  const startedAt = cx.host.clock.now();
  const done = (healthy: boolean, message: string): ProbeResult => ({
    healthy,
    message,
    durationMs: cx.host.clock.now() - startedAt,
  });
  const { health } = target;
  switch (health.type) {
    case 'running':
      return done(true, 'running');
    case 'http':
      return done(...(await probeHttp(cx.host, target)));
    case 'tcp':
      return done(...(await probeTcp(cx.host, target, locus.pid)));
    case 'exec':
      if (driver.exec === undefined) return done(false, 'this driver cannot run a command inside');
      return driver.exec(cx, key, health.command, health.timeoutMs);
    case 'dns':
      return done(...(await probeDns(cx.host, target)));
    case 'grpc':
      return done(...(await probeGrpc(cx.host, target)));
  }
}
