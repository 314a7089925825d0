/** What `inspect` says of two containers that were made alike, apart from what must differ (design.md 14.14). */
export function comparable(inspected: unknown): unknown {
  const container = structuredClone(inspected) as Record<string, Record<string, unknown>> & {
    Id: string;
    Name: string;
  };
  const { Id: id, Name: name } = container;
  for (const field of ['Id', 'Created', 'GraphDriver', 'lockNumber'])
    delete (container as Record<string, unknown>)[field];
  delete container.Config?.CreateCommand;
  delete (container.Config?.Annotations as Record<string, unknown> | undefined)?.['io.kubernetes.cri-o.Created'];
  for (const field of ['StartedAt', 'FinishedAt', 'Pid', 'ConmonPid', 'CgroupPath']) delete container.State?.[field];
  delete container.NetworkSettings?.SandboxKey;
  for (const network of Object.values(
    (container.NetworkSettings?.Networks ?? {}) as Record<string, Record<string, unknown>>,
  )) {
    delete network.IPAddress;
    delete network.MacAddress;
  }
  const text = JSON.stringify(container)
    .replaceAll(id, 'ID')
    .replaceAll(id.slice(0, 12), 'ID')
    .replaceAll(name, 'NAME')
    .replace(/[0-9a-f]{64}/g, 'ANONYMOUS');
  return unordered(JSON.parse(text));
}

/** Lists as sets, keys sorted: neither has an order that means anything here. */
function unordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(unordered).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, unordered(entry)]),
  );
}
