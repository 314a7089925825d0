import type { Desired } from '@reconcile/core';
import type { ContainerSpec } from '@reconcile/core/kinds/container';
import type { NodeConfig } from '../../config/model.ts';

/** A port that this node is to be reached by. */
export interface WantedPort {
  readonly ip: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** Who asks for it: a service's component, a listener, `[api]`. */
  readonly by: string;
  readonly file: string;
  /** A container's, published by podman. */
  readonly isPublished: boolean;
}

/** Fixed ports of definitions, listeners of the proxy, and our own API. */
export function wantedPorts(config: NodeConfig | undefined, desired: Desired | undefined): WantedPort[] {
  const found: WantedPort[] = [];
  for (const { kind, slot, spec } of Object.values(desired?.resources ?? {})) {
    if (kind !== 'container') continue;
    const { network, ports } = spec as unknown as ContainerSpec;
    if (network === 'host') continue;
    const file = `services/${slot.split('/')[0]}.toml`;
    for (const { count, host, ip, protocol } of ports)
      for (let i = 0; i < Math.min(count, 64); i++)
        found.push({ ip, port: host + i, protocol, by: slot, file, isPublished: true });
  }
  if (config === undefined) return found;
  const add = (text: string, by: string) => {
    const [, ip = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
    if (port !== '') found.push({ ip, port: Number(port), protocol: 'tcp', by, file: config.path, isPublished: false });
  };
  if (config.drivers.proxy === 'haproxy')
    for (const [port, { bind }] of Object.entries(config.listeners))
      for (const text of bind) add(text, `[listeners] ${port}`);
  for (const text of config.api.http) add(text, '[api] http');
  for (const text of config.api.grpc) add(text, '[api] grpc');
  return found;
}
