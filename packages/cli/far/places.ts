import { dirname, join, resolve } from 'node:path';
import type { ReadHost } from '@reconcile/host';
import { type ClientConfig, readClientConfig } from '../edit/client-config.ts';
import { fail } from './errors.ts';

/** A machine that ssh leads to; `to` is what ssh is told. */
export interface SshPlace {
  readonly way: 'ssh';
  readonly node: string;
  readonly to: string;
}

/** An agent at an address of its own; absolute paths of PEM files. */
export interface TlsPlace {
  readonly way: 'grpcs';
  readonly node: string;
  /** `100.64.0.1:9778`. */
  readonly address: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Who vouches for the agent. */
  readonly rootFile: string;
  /** Name that its certificate has to have; absent: the host of the address. */
  readonly name?: string;
}

/** Another machine: what it is called here, and how its agent is reached. */
export type Place = SshPlace | TlsPlace;

/** A name of client.toml's [nodes], else a host as ssh knows it, or a grpcs address. @throws CLIENT_INVALID FAR_WHERE */
export async function placeOf(host: ReadHost, node: string): Promise<Place> {
  return placeIn(host, await readClientConfig(host), node);
}

/** Every machine of client.toml's [nodes]. @throws CLIENT_INVALID FAR_WHERE */
export async function allPlaces(host: ReadHost): Promise<Place[]> {
  const config = await readClientConfig(host);
  const names = Object.keys(config?.nodes ?? {}).sort();
  if (names.length > 0) return names.map((name) => placeIn(host, config, name));
  throw fail('FAR_WHERE', {
    message: 'reach all nodes',
    wanted: 'their names in client.toml',
    actual: 'none are there',
    hint: `${host.home.configDir}/reconcile/client.toml: [nodes], then rift = "ssh://ops@rift"`,
  });
}

function placeIn(host: ReadHost, config: ClientConfig | undefined, node: string): Place {
  const known = config?.nodes[node];
  const to = known?.to ?? node;
  const [, address] = /^grpcs:\/\/((?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9][A-Za-z0-9.-]*):\d{1,5})\/?$/.exec(to) ?? [];
  if (address !== undefined) {
    const { certFile, keyFile, rootFile } = { ...config?.tls, ...known };
    if (certFile === undefined || keyFile === undefined || rootFile === undefined)
      throw fail('FAR_WHERE', {
        message: `reach ${node} at ${to}`,
        wanted: 'cert_file, key_file and root_file',
        actual: 'not all of them are named',
        hint: `[tls] in ${config?.path ?? `${host.home.configDir}/reconcile/client.toml`}`,
      });
    const at = (path: string) =>
      path.startsWith('~/') ? join(host.home.home, path.slice(2)) : resolve(dirname(config?.path ?? '/'), path);
    const files = { certFile: at(certFile), keyFile: at(keyFile), rootFile: at(rootFile) };
    return { way: 'grpcs', node, address, ...files, ...(known?.name === undefined ? {} : { name: known.name }) };
  }
  // What ssh would take for an option, or a shell of its configuration for a command.
  if (/^(?:ssh:\/\/)?[A-Za-z0-9_][A-Za-z0-9_.@:%[\]-]*$/.test(to)) return { way: 'ssh', node, to };
  throw fail('FAR_WHERE', {
    message: `reach ${node}`,
    wanted: 'a host, user@host, ssh://user@host:port, or grpcs://address:port',
    actual: to,
  });
}
