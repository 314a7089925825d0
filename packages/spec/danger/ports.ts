import type { Danger, DangerInput } from './model.ts';

/** Ports that the owner comes in by, and with the host's network also the one by which the machine finds names. */
export function portDangers({ listens, ports: guarded, spec }: DangerInput): Danger[] {
  const isHost = spec.network === 'host';
  const why = new Map(guarded.map(({ port, why: reason }) => [port, reason]));
  const found: Danger[] = [];
  const add = (port: number, needles: readonly string[]) => {
    const reason = why.get(port) ?? (isHost && port === 53 ? 'is how the machine itself finds names' : undefined);
    if (reason !== undefined)
      found.push({ id: `port:${port}`, what: `port ${port} of this machine`, why: reason, needles });
  };
  for (const { container, count, host, protocol } of spec.ports) {
    for (const port of [...why.keys(), 53]) {
      if (port < host || port >= host + count || (protocol === 'udp' && port !== 53)) continue;
      add(port, [`${host}:${container}`, `:${host}:`, 'ports']);
    }
  }
  if (isHost)
    for (const { containerPort } of spec.routes)
      if (containerPort !== null) add(containerPort, [String(containerPort)]);
  for (const port of listens) add(port, [String(port)]);
  return found;
}
