import type { PublishedPort } from '@reconcile/core/kinds/container';
import type {
  ContainerDetail,
  ContainerRow,
  ImageRow,
  NetworkRow,
  RegistryFacts,
  RegistryRule,
  RowState,
  SecretRow,
  StoreFacts,
  VolumeRow,
} from './contract.ts';
import { garbled } from './fail.ts';
import { type Fields, fields, instant, labelsOf, list, text, texts, whole, wholeList } from './shape.ts';

// CLI and REST print nearly the same JSON (drivers.md B.1, B.8); one parser reads both, podman 4.3 to 5.x.

const states: ReadonlySet<string> = new Set<RowState>([
  'created',
  'configured',
  'initialized',
  'running',
  'paused',
  'stopping',
  'stopped',
  'exited',
  'removing',
  'storage',
]);

function stateOf(value: string): RowState {
  const word = value.toLowerCase();
  return states.has(word) ? (word as RowState) : 'unknown';
}

/** `ps -a --external --format json` and `containers/json?all=true&external=true`. */
export function parseContainers(answer: unknown): readonly ContainerRow[] {
  return wholeList(answer, 'containers').map((entry, at) =>
    containerRow(fields(entry, `containers[${at}]`), `containers[${at}]`),
  );
}

function containerRow(row: Fields, where: string): ContainerRow {
  const id = fullId(text(row, 'Id', where), `${where}.Id`);
  const state = stateOf(text(row, 'State', where));
  const name = texts(row.Names, `${where}.Names`)[0] ?? (state === 'storage' ? id : undefined);
  if (name === undefined) throw garbled(`${where}.Names`, 'a name');
  return {
    id,
    name,
    state,
    labels: labelsOf(row.Labels, `${where}.Labels`),
    imageId: bareId(text(row, 'ImageID', where)),
    pid: whole(row, 'Pid', where),
    exitCode: whole(row, 'ExitCode', where),
    ports: list(row.Ports, `${where}.Ports`).flatMap((port, at) =>
      publishedPorts(fields(port, `${where}.Ports[${at}]`), where),
    ),
    networks: texts(row.Networks, `${where}.Networks`),
    createdAt: instant(row.Created, `${where}.Created`),
    startedAt: instant(row.StartedAt, `${where}.StartedAt`),
    exitedAt: instant(row.ExitedAt, `${where}.ExitedAt`),
  };
}

/** A range is one row. Ports only exposed (host port 0) and protocols we never publish are left out. */
function publishedPorts(port: Fields, where: string): PublishedPort[] {
  const host = whole(port, 'host_port', where);
  const count = Math.max(1, whole(port, 'range', where));
  const container = whole(port, 'container_port', where);
  const ip = text(port, 'host_ip', where);
  if (host === 0) return [];
  return text(port, 'protocol', where)
    .split(',')
    .flatMap((protocol) =>
      protocol === 'tcp' || protocol === 'udp' ? [{ ip, host, container, count, protocol }] : [],
    );
}

/** One object of `container inspect` / `containers/NAME/json`. */
export function parseDetail(answer: unknown): ContainerDetail {
  const where = 'container';
  const row = fields(answer, where);
  const state = fields(row.State, `${where}.State`);
  const config = fields(row.Config, `${where}.Config`);
  const settings = fields(row.NetworkSettings, `${where}.NetworkSettings`);
  const networks: Record<string, readonly string[]> = {};
  for (const [name, entry] of Object.entries(
    settings.Networks === undefined ? {} : fields(settings.Networks ?? {}, `${where}.Networks`),
  )) {
    networks[name] = texts(fields(entry, `${where}.Networks.${name}`).Aliases, `${where}.Networks.${name}.Aliases`);
  }
  return {
    id: fullId(text(row, 'Id', where), `${where}.Id`),
    name: text(row, 'Name', where),
    state: stateOf(text(state, 'Status', `${where}.State`)),
    labels: labelsOf(config.Labels, `${where}.Labels`),
    imageId: bareId(text(row, 'Image', where)),
    pid: whole(state, 'Pid', `${where}.State`),
    exitCode: whole(state, 'ExitCode', `${where}.State`),
    startedAt: instant(state.StartedAt, `${where}.State.StartedAt`),
    finishedAt: instant(state.FinishedAt, `${where}.State.FinishedAt`),
    networks,
  };
}

/** `images --all --format json` and `images/json?all=true`. */
export function parseImages(answer: unknown): readonly ImageRow[] {
  return wholeList(answer, 'images').map((entry, at) => {
    const where = `images[${at}]`;
    const row = fields(entry, where);
    return {
      id: fullId(bareId(text(row, 'Id', where)), `${where}.Id`),
      names: texts(row.Names ?? row.RepoTags, `${where}.Names`).filter((name) => !name.startsWith('<none>')),
      digests: texts(row.RepoDigests, `${where}.RepoDigests`),
      digest: typeof row.Digest === 'string' ? row.Digest : '',
      bytes: whole(row, 'Size', where),
      labels: labelsOf(row.Labels, `${where}.Labels`),
    };
  });
}

/** One object of `image inspect` / `images/NAME/json`. */
export function parseImage(answer: unknown): ImageRow {
  const where = 'image';
  const row = fields(answer, where);
  return {
    id: fullId(bareId(text(row, 'Id', where)), `${where}.Id`),
    names: texts(row.RepoTags, `${where}.RepoTags`),
    digests: texts(row.RepoDigests, `${where}.RepoDigests`),
    digest: typeof row.Digest === 'string' ? row.Digest : '',
    bytes: whole(row, 'Size', where),
    labels: labelsOf(row.Labels, `${where}.Labels`),
  };
}

/** `network ls --format json` and `networks/json`. The default network has no file and so no time of its own. */
export function parseNetworks(answer: unknown): readonly NetworkRow[] {
  return wholeList(answer, 'networks').map((entry, at) => {
    const where = `networks[${at}]`;
    const row = fields(entry, where);
    const name = text(row, 'name', where);
    const createdAt = name === 'podman' ? 0 : instant(row.created, `${where}.created`);
    return { name, id: text(row, 'id', where), labels: labelsOf(row.labels, `${where}.labels`), createdAt };
  });
}

/** `volume ls --format json` and `volumes/json`. */
export function parseVolumes(answer: unknown): readonly VolumeRow[] {
  return wholeList(answer, 'volumes').map((entry, at) => {
    const where = `volumes[${at}]`;
    const row = fields(entry, where);
    return {
      name: text(row, 'Name', where),
      labels: labelsOf(row.Labels, `${where}.Labels`),
      createdAt: instant(row.CreatedAt, `${where}.CreatedAt`),
    };
  });
}

/** `secret inspect`. Values are never in it. */
export function parseSecrets(answer: unknown): readonly SecretRow[] {
  return wholeList(answer, 'secrets').map((entry, at) => {
    const where = `secrets[${at}]`;
    const row = fields(entry, where);
    const spec = fields(row.Spec, `${where}.Spec`);
    return {
      name: text(spec, 'Name', where),
      id: text(row, 'ID', where),
      labels: labelsOf(spec.Labels, `${where}.Labels`),
      createdAt: instant(row.CreatedAt, `${where}.CreatedAt`),
    };
  });
}

/** `info --format json` and `info`. */
export function parseStore(answer: unknown): StoreFacts {
  const info = fields(answer, 'info');
  const host = fields(info.host, 'info.host');
  const store = fields(info.store, 'info.store');
  const version = fields(info.version, 'info.version');
  const maps = fields(host.idMappings ?? {}, 'info.host.idMappings');
  return {
    graphRoot: text(store, 'graphRoot', 'info.store'),
    runRoot: text(store, 'runRoot', 'info.store'),
    driver: text(store, 'graphDriverName', 'info.store'),
    volumePath: text(store, 'volumePath', 'info.store'),
    version: text(version, 'Version', 'info.version'),
    uidMap: idMap(maps.uidmap, 'info.host.idMappings.uidmap'),
    gidMap: idMap(maps.gidmap, 'info.host.idMappings.gidmap'),
  };
}

/** The same answer's registries: one object by prefix, and beside them a list named `search`. */
export function parseRegistries(answer: unknown): RegistryFacts {
  const where = 'info.registries';
  const info = fields(answer, 'info');
  const arch = text(fields(info.host, 'info.host'), 'arch', 'info.host');
  const rules: RegistryRule[] = [];
  for (const [name, entry] of Object.entries(fields(info.registries ?? {}, where))) {
    if (name === 'search') continue;
    const row = fields(entry, `${where}.${name}`);
    const location = text(row, 'Location', `${where}.${name}`);
    rules.push({ prefix: name, location, insecure: row.Insecure === true, blocked: row.Blocked === true });
  }
  return { arch, rules: rules.sort((a, b) => b.prefix.length - a.prefix.length) };
}

function idMap(value: unknown, where: string): string {
  return list(value, where)
    .map((entry) => {
      const row = fields(entry, where);
      return `${whole(row, 'container_id', where)}:${whole(row, 'host_id', where)}:${whole(row, 'size', where)}`;
    })
    .join(',');
}

export function bareId(id: string): string {
  return id.replace(/^sha256:/, '');
}

export function fullId(id: string, where: string): string {
  if (!/^[0-9a-f]{64}$/.test(id)) throw garbled(where, 'a full id');
  return id;
}
