import { isFleetError } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import type { PodmanReader } from './contract.ts';
import { errorCodeOf, garbled, podmanFailure } from './fail.ts';
import { lineTime, mergeLines } from './log-lines.ts';
import {
  parseContainers,
  parseDetail,
  parseImage,
  parseImages,
  parseNetworks,
  parseRegistries,
  parseSecrets,
  parseStore,
  parseVolumes,
} from './parse.ts';
import { askPodman, readTimeoutMs, runPodman, said } from './program.ts';
import { parseJson, wholeList } from './shape.ts';
import { steady } from './steady.ts';

/** podman's reading calls by its command line; every verb here is one that a `ReadHost` lets through. */
export function cliReader(host: ReadHost, signal: AbortSignal): PodmanReader {
  const ask = (what: string, args: readonly string[]) =>
    askPodman(host.run, { what, args, timeoutMs: readTimeoutMs, signal });
  const json = async (what: string, args: readonly string[]) => parseJson(await ask(what, args), what);

  /** The single object of `inspect`; undefined when podman says there is none. Prefix matches are left to the caller. */
  const inspect = async (kind: 'container' | 'image', name: string): Promise<unknown> => {
    const what = `inspect ${kind} ${name}`;
    const result = await runPodman(host.run, {
      what,
      args: [kind, 'inspect', '--', name],
      timeoutMs: readTimeoutMs,
      signal,
    });
    if (result.exitCode !== 0) {
      const code = errorCodeOf(result.stderr);
      if (code === 'PODMAN_NO_SUCH' || code === 'PODMAN_NO_IMAGE') return undefined;
      throw podmanFailure(what, said(result));
    }
    const found = wholeList(parseJson(result.stdout, what), what);
    if (found.length !== 1) throw garbled(what, 'one object');
    return found[0];
  };

  return {
    via: 'cli',
    containers: () =>
      steady(async () =>
        parseContainers(await json('list containers', ['ps', '--all', '--external', '--format=json'])),
      ),
    async container(name) {
      const answer = await inspect('container', name);
      const detail = answer === undefined ? undefined : parseDetail(answer);
      return detail?.name === name || detail?.id === name ? detail : undefined;
    },
    images: async () => parseImages(await json('list images', ['images', '--all', '--no-trunc', '--format=json'])),
    async image(ref) {
      const answer = await inspect('image', ref);
      return answer === undefined ? undefined : parseImage(answer);
    },
    networks: async () => parseNetworks(await json('list networks', ['network', 'ls', '--format=json'])),
    volumes: async () => parseVolumes(await json('list volumes', ['volume', 'ls', '--format=json'])),
    async secrets() {
      // 4.3.1 takes `secret ls --format=json` for a template and prints "json".
      const ids = (await ask('list secrets', ['secret', 'ls', '--quiet'])).split('\n').filter((id) => id !== '');
      if (ids.length === 0) return [];
      return parseSecrets(await json('inspect secrets', ['secret', 'inspect', '--', ...ids]));
    },
    store: async () => parseStore(await json('read podman info', ['info', '--format=json'])),
    registries: async () => parseRegistries(await json('read podman info', ['info', '--format=json'])),
    async tail(name, lines) {
      const what = `read the output of ${name}`;
      const args = ['logs', '--timestamps', `--tail=${lines}`, '--', name];
      try {
        const result = await runPodman(host.run, { what, args, timeoutMs: readTimeoutMs, signal });
        if (result.exitCode !== 0) {
          if (errorCodeOf(result.stderr) === 'PODMAN_NO_SUCH') return [];
          throw podmanFailure(what, said(result));
        }
        const split = (text: string) => text.split('\n').filter((line) => lineTime(line) !== undefined);
        return mergeLines(split(result.stdout), split(result.stderr)).slice(-lines);
      } catch (cause) {
        // A container that writes for ever is still readable next time; its output decides nothing.
        if (isFleetError(cause) && cause.code === 'PODMAN_GARBLED') return [];
        throw cause;
      }
    },
  };
}
