import { isIP } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { type Diagnostic, defaultBlast, type NodePolicy } from '@reconcile/core';
import {
  checkTable,
  durationMs,
  longestMs,
  type Place,
  place as placed,
  plainPath,
  readToml,
  shown,
} from '@reconcile/spec/toml';
import type { z } from 'zod';
import { readBind } from './bind.ts';
import { readDrivers } from './drivers.ts';
import { readListeners } from './listeners.ts';
import type { NodeConfig, SourceConfig, TlsConfig } from './model.ts';
import { readNotify } from './notify.ts';
import {
  apiSchema,
  authSchema,
  driverNames,
  gitOnly,
  nodeTables,
  policySchema,
  secretsSchema,
  sourceSchema,
  topSchema,
} from './schema.ts';

export interface ReadOptions {
  /** Shown in diagnostics; relative paths are below its directory. */
  readonly path: string;
  /** `~/` and the default of `state_dir`. */
  readonly home: string;
  readonly stateHome?: string;
  /** Drivers that may have a `[drivers.<name>]` table; default all that are known. */
  readonly drivers?: readonly string[];
}

/** Every problem of the file, or the configuration when there is none. */
export interface ReadResult {
  readonly config: NodeConfig | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Bytes of a node.toml → configuration. Reads nothing else; loads the parser of positions only when something is wrong. */
export async function readNodeConfig(bytes: Uint8Array, options: ReadOptions): Promise<ReadResult> {
  const report = readToml(options.path, bytes);
  const place: Place = { report, path: [], tables: nodeTables };
  const config = report.raw === undefined ? undefined : readTop(report.raw, place, options);
  return { config: report.hasErrors ? undefined : config, diagnostics: await placed([report]) };
}

function readTop(raw: unknown, place: Place, options: ReadOptions): NodeConfig | undefined {
  const top = checkTable(topSchema, raw, place);
  // Without a name there is no node, but what else is wrong shall be said too.
  const tables = top ?? (raw as Partial<Record<keyof typeof topSchema.shape, unknown>>);
  const absolute = (path: string) => absolutePath(path, options);
  const source = readSource(tables.source, place, absolute);
  const drivers = readDrivers(tables.drivers, place, options.drivers ?? driverNames);
  const listeners = readListeners(tables.listeners, place);
  const addresses = readAddresses(tables.addresses, place);
  const policy = readPolicy(tables.policy, place);
  const api = tables.api === undefined ? {} : (checkTable(apiSchema, tables.api, { ...place, path: ['api'] }) ?? {});
  const auth =
    tables.auth === undefined ? {} : (checkTable(authSchema, tables.auth, { ...place, path: ['auth'] }) ?? {});
  const secrets =
    tables.secrets === undefined
      ? {}
      : (checkTable(secretsSchema, tables.secrets, { ...place, path: ['secrets'] }) ?? {});
  const notify = readNotify(tables.notify, place);
  if (top === undefined || source === undefined) return undefined;

  const stateDir = absolute(
    top.state_dir ?? join(options.stateHome ?? join(options.home, '.local/state'), 'reconcile'),
  );
  return {
    path: options.path,
    node: top.node,
    stateDir,
    workspace: top.workspace === undefined ? null : absolute(top.workspace),
    ...(top.uid === undefined ? {} : { uid: top.uid }),
    addresses,
    source,
    drivers: drivers.chosen,
    listeners,
    policy,
    api: {
      unix: absolute(api.unix ?? join(stateDir, 'api.sock')),
      socketGroup: api.socket_group ?? '',
      http: readSockets(api.http, 'http', place),
      hosts: api.hosts ?? [],
      grpc: readSockets(api.grpc, 'grpc', place),
      ...readTls(api.tls, place, absolute),
    },
    issuers: (auth.issuers ?? []).map((one) => ({ ...one, claim: one.claim ?? 'groups' })),
    secretsDir: absolute(secrets.dir ?? join(stateDir, 'secrets')),
    ...(secrets.age_key_file === undefined ? {} : { ageKeyFile: absolute(secrets.age_key_file) }),
    ...notify,
    driverTable: (name) => drivers.tables[name],
  };
}

/** `~/x` is below home, anything relative below the file's directory: a whole setup can be moved. */
function absolutePath(path: string, options: ReadOptions): string {
  if (path === '~' || path.startsWith('~/')) return join(options.home, path.slice(1));
  return resolve(dirname(options.path), path);
}

function readSource(raw: unknown, place: Place, absolute: (path: string) => string): SourceConfig | undefined {
  const at = { ...place, path: ['source'] };
  if (raw === undefined) {
    place.report.error('MissingKey', ['source'], {
      message: '`[source]` is missing: where definitions come from is required',
      hint: '[source] with type = "git" and path = "…"',
    });
    return undefined;
  }
  const source = checkTable(sourceSchema, raw, at);
  if (source === undefined) return undefined;
  const pollMs = durationMs(source.poll ?? '30s');
  if (pollMs < 1000 || pollMs > longestMs) {
    place.report.error('WrongValue', ['source', 'poll'], `expected 1s to 20d, found ${shown(source.poll)}`);
  }
  const path = absolute(source.path);
  const secretFile = source.webhook_secret_file;
  const hook = secretFile === undefined ? {} : { webhookSecretFile: absolute(secretFile) };
  if (source.type === 'git') {
    const { branch = 'main', subdir = '', remote = '' } = source;
    if (subdir.split('/').includes('..') || subdir.startsWith('/')) {
      place.report.error(
        'WrongValue',
        ['source', 'subdir'],
        `expected a directory of the repository, found ${shown(subdir)}`,
      );
    }
    return {
      type: 'git',
      path,
      branch,
      subdir: subdir === '' ? '' : plainPath(`/${subdir}`).slice(1),
      remote,
      pollMs,
      ...hook,
    };
  }
  for (const key of gitOnly) {
    if (source[key] === undefined) continue;
    place.report.error('WrongValue', ['source', key], {
      message: `\`${key}\` means something only with type = "git"`,
      at: 'key',
    });
  }
  return { type: 'directory', path, pollMs, ...hook };
}

function readAddresses(raw: unknown, place: Place): { name: string; ip: string }[] {
  if (raw === undefined) return [];
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    place.report.error('WrongType', ['addresses'], `expected a table [addresses], found ${shown(raw)}`);
    return [];
  }
  return Object.entries(raw).flatMap(([name, ip]) => {
    const path = ['addresses', name];
    // Digits alone would also be put first by JavaScript, and the first address means something.
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(name)) {
      place.report.error('WrongValue', path, {
        message: `expected a name that begins with a letter, found ${shown(name)}`,
        at: 'key',
      });
      return [];
    }
    if (typeof ip === 'string' && isIP(ip) !== 0) return [{ name, ip }];
    place.report.error(
      typeof ip === 'string' ? 'WrongValue' : 'WrongType',
      path,
      `expected an IP address, found ${shown(ip)}`,
    );
    return [];
  });
}

function readPolicy(raw: unknown, place: Place): NodePolicy {
  const policy = raw === undefined ? {} : (checkTable(policySchema, raw, { ...place, path: ['policy'] }) ?? {});
  return {
    mounts: (policy.mounts ?? []).map(plainPath),
    images: policy.images ?? ['*'],
    flags: policy.flags ?? [],
    blast: {
      services: policy.blast?.services ?? defaultBlast.services,
      percent: policy.blast?.percent ?? defaultBlast.percent,
    },
    ...(policy.waive === undefined ? {} : { waive: policy.waive }),
  };
}

function readTls(
  tls: z.infer<typeof apiSchema>['tls'],
  place: Place,
  absolute: (path: string) => string,
): { readonly tls?: TlsConfig } {
  if (tls === undefined) return {};
  const { cert_file, client_ca_file, clients = [], key_file } = tls;
  for (const [i, { role, services = [] }] of clients.entries())
    if (role === 'admin' && services.length > 0)
      place.report.error(
        'WrongValue',
        ['api', 'tls', 'clients', i, 'services'],
        'expected none for an admin, who has the whole node',
      );
  return {
    tls: {
      certFile: absolute(cert_file),
      keyFile: absolute(key_file),
      clientCaFile: absolute(client_ca_file),
      clients: clients.map(({ services = [], ...client }) => ({ ...client, services })),
    },
  };
}

function readSockets(texts: readonly string[] | undefined, key: 'http' | 'grpc', place: Place): string[] {
  return (texts ?? []).filter((text, i) => {
    if (readBind(text) !== undefined) return true;
    place.report.error('WrongValue', ['api', key, i], {
      message: `expected an address and a port, found ${shown(text)}`,
      hint: 'such as "127.0.0.1:9777"',
    });
    return false;
  });
}
