import { portsOverlap } from '@reconcile/core';
import type { PublishedPort } from '@reconcile/core/kinds/container';
import type { Path } from '../path.ts';
import type { ParsedService } from '../service.ts';
import type { Parsed } from './snapshot.ts';

interface Taken {
  readonly service: ParsedService;
  readonly component: string;
  readonly port: PublishedPort;
  readonly path: Path;
}

/** No two components publish one host port, unless they are pinned to different nodes. */
export function checkPorts(parsed: Parsed): void {
  const byPort = new Map<number, Taken[]>();
  const ranges: Taken[] = [];
  for (const service of parsed.services) {
    for (const { definition, ports } of service.components) {
      for (const { value: port, path } of ports) {
        const taken: Taken = { service, component: definition.name, port, path };
        const rivals =
          port.count > 1 ? [...byPort.values()].flat().concat(ranges) : [...(byPort.get(port.host) ?? []), ...ranges];
        const other = rivals.find((rival) => overlap(rival, taken));
        if (other !== undefined) clash(taken, other);
        if (port.count > 1) ranges.push(taken);
        else byPort.set(port.host, [...(byPort.get(port.host) ?? []), taken]);
      }
    }
  }
}

function overlap(a: Taken, b: Taken): boolean {
  const left = a.service.definition.node;
  const right = b.service.definition.node;
  if (left !== null && right !== null && left !== right) return false;
  return portsOverlap(range(a.port), range(b.port));
}

function range(port: PublishedPort) {
  return { protocol: port.protocol, ip: port.ip, first: port.host, last: port.host + port.count - 1 };
}

function clash(taken: Taken, other: Taken): void {
  const { port } = other;
  const ip = port.ip === '' ? '' : `${port.ip.includes(':') ? `[${port.ip}]` : port.ip}:`;
  const numbers = port.count > 1 ? `${port.host}-${port.host + port.count - 1}` : String(port.host);
  const owner = `${other.service.definition.name}/${other.component}`;
  taken.service.report.error(
    'DuplicatePort',
    taken.path,
    `host port ${ip}${numbers}/${port.protocol} is published by ${owner} in ${other.service.report.file} too`,
  );
}
