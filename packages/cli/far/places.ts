import type { ReadHost } from '@reconcile/host';
import { readClientConfig } from '../edit/client-config.ts';
import { fail } from './errors.ts';

/** Another machine: what it is called here, and what ssh is told. */
export interface Place {
  readonly node: string;
  readonly to: string;
}

/** A name of client.toml's [nodes], else a host as ssh knows it. @throws CLIENT_INVALID FAR_WHERE */
export async function placeOf(host: ReadHost, node: string): Promise<Place> {
  const to = (await readClientConfig(host))?.nodes[node] ?? node;
  // What ssh would take for an option, or a shell of its configuration for a command.
  if (/^(?:ssh:\/\/)?[A-Za-z0-9_][A-Za-z0-9_.@:%[\]-]*$/.test(to)) return { node, to };
  throw fail('FAR_WHERE', {
    message: `reach ${node}`,
    wanted: 'a host, user@host, or ssh://user@host:port',
    actual: to,
  });
}

/** Every machine of client.toml's [nodes]. @throws CLIENT_INVALID FAR_WHERE */
export async function allPlaces(host: ReadHost): Promise<Place[]> {
  const names = Object.keys((await readClientConfig(host))?.nodes ?? {}).sort();
  if (names.length > 0) return Promise.all(names.map((name) => placeOf(host, name)));
  throw fail('FAR_WHERE', {
    message: 'reach all nodes',
    wanted: 'their names in client.toml',
    actual: 'none are there',
    hint: `${host.home.configDir}/reconcile/client.toml: [nodes], then rift = "ssh://ops@rift"`,
  });
}
