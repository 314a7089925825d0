import type { ReadHost } from '@reconcile/host';
import { cliReader } from './cli-reader.ts';
import type { PodmanReader } from './contract.ts';
import {
  parseContainers,
  parseDetail,
  parseImage,
  parseImages,
  parseNetworks,
  parseRegistries,
  parseStore,
  parseVolumes,
} from './parse.ts';
import { readTimeoutMs } from './program.ts';
import { askRest, type RestSocket, restJson } from './rest-call.ts';
import { parseJson } from './shape.ts';
import { steady } from './steady.ts';

/** podman's reading calls by its API socket. What that lacks or garbles goes by the command line. */
export function restReader(host: ReadHost, socket: RestSocket): PodmanReader {
  const cli = cliReader(host, socket.signal);
  const get = (what: string, path: string, query?: Readonly<Record<string, string>>) =>
    restJson(socket, {
      what,
      method: 'GET',
      path,
      timeoutMs: readTimeoutMs,
      ...(query === undefined ? {} : { query }),
    });
  /** undefined for 404. */
  const one = async (what: string, path: string): Promise<unknown> => {
    const answer = await askRest(socket, { what, method: 'GET', path, timeoutMs: readTimeoutMs }, [404]);
    return answer.status === 404 ? undefined : parseJson(answer.text, what);
  };

  return {
    via: 'rest',
    containers: () =>
      steady(async () =>
        parseContainers(await get('list containers', '/containers/json', { all: 'true', external: 'true' })),
      ),
    async container(name) {
      const answer = await one(`inspect container ${name}`, `/containers/${encodeURIComponent(name)}/json`);
      const detail = answer === undefined ? undefined : parseDetail(answer);
      return detail?.name === name || detail?.id === name ? detail : undefined;
    },
    images: async () => parseImages(await get('list images', '/images/json', { all: 'true' })),
    async image(ref) {
      const answer = await one(`inspect image ${ref}`, `/images/${ref}/json`);
      return answer === undefined ? undefined : parseImage(answer);
    },
    networks: async () => parseNetworks(await get('list networks', '/networks/json')),
    volumes: async () => parseVolumes(await get('list volumes', '/volumes/json')),
    // The API of 4.3.1 leaves the labels of secrets out.
    secrets: cli.secrets,
    store: async () => parseStore(await get('read podman info', '/info')),
    registries: async () => parseRegistries(await get('read podman info', '/info')),
    // Multiplexed frames without times; the command line gives both streams in order.
    tail: cli.tail,
  };
}
