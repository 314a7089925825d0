import type { Host } from '@reconcile/host';
import { cliClient } from './cli-client.ts';
import type { PodmanClient } from './contract.ts';
import { garbled, podmanFailure } from './fail.ts';
import { fullId } from './parse.ts';
import { writeTimeoutMs } from './program.ts';
import { renewal } from './renewal.ts';
import { askRest, type RestAnswer, type RestCall, type RestSocket, restJson, saidIn } from './rest-call.ts';
import { restReader } from './rest-reader.ts';
import { restSpec } from './rest-spec.ts';
import { ensureService } from './service.ts';
import { fields, parseJson, text, wholeList } from './shape.ts';
import type { Ulimit } from './ulimits.ts';

export interface RestOptions {
  readonly signal: AbortSignal;
  /** Told of every answer. */
  readonly answered: (answer: RestAnswer) => void;
  /** Of the service, as it answered last; undefined before its first answer. */
  readonly version: () => string | undefined;
  /** What podman's command line would add to a container by itself. */
  readonly ulimits: () => Promise<readonly Ulimit[]>;
}

/** podman by its API: no process per call and nothing in argv. build, pull, exec, logs and unshare stay with the command line. */
export function restClient(host: Host, socketPath: string, options: RestOptions): PodmanClient {
  const { answered, signal, ulimits, version } = options;
  const revive = () => ensureService(host, socketPath, signal);
  const socket: RestSocket = { http: host.http, socketPath, signal, answered, revive, renew: renewal(host, signal) };
  const cli = cliClient(host, signal);
  const call = (
    what: string,
    [method, path]: readonly [RestCall['method'], string],
    more: Partial<RestCall> = {},
  ): RestCall => ({
    what,
    method,
    path,
    timeoutMs: writeTimeoutMs,
    ...more,
  });
  const container = (name: string) => `/containers/${encodeURIComponent(name)}`;
  /** Removals: absent is as good as done, and a 200 may carry an `Err`. */
  const removing = async (what: string, path: string, query: Readonly<Record<string, string>> = {}): Promise<void> => {
    const answer = await askRest(socket, call(what, ['DELETE', path], { query }), [404]);
    if (answer.status !== 200 || answer.text.trim() === '') return;
    for (const entry of wholeList(parseJson(answer.text, what), what)) {
      const problem = fields(entry, what).Err;
      if (typeof problem === 'string' && problem !== '') throw podmanFailure(what, problem);
    }
  };

  return {
    ...restReader(host, socket),
    async create(draft) {
      const what = `create container ${draft.name}`;
      const serves = version() ?? (await askRest(socket, call(what, ['GET', '/_ping']))).version;
      const json = restSpec(draft, { ulimits: await ulimits(), version: serves });
      const answer = await restJson(socket, call(what, ['POST', '/containers/create'], { json }));
      return fullId(text(fields(answer, what), 'Id', what), what);
    },
    start: async (name) =>
      void (await askRest(socket, call(`start container ${name}`, ['POST', `${container(name)}/start`]), [304])),
    async stop(name, timeoutMs) {
      const more = { query: { timeout: String(Math.ceil(timeoutMs / 1000)) }, timeoutMs: timeoutMs + writeTimeoutMs };
      await askRest(socket, call(`stop container ${name}`, ['POST', `${container(name)}/stop`], more), [304, 404]);
    },
    cleanup: cli.cleanup,
    async signal(name, word) {
      await askRest(
        socket,
        call(`signal container ${name}`, ['POST', `${container(name)}/kill`], { query: { signal: word } }),
      );
    },
    remove: (name) =>
      removing(`remove container ${name}`, container(name), { force: 'true', timeout: '0', v: 'false' }),
    async wait(name, timeoutMs, leaves) {
      const what = `wait for container ${name}`;
      const waiting = leaves === undefined ? socket : { ...socket, signal: AbortSignal.any([signal, leaves]) };
      const code = await restJson(waiting, call(what, ['POST', `${container(name)}/wait`], { timeoutMs }));
      if (typeof code !== 'number' || !Number.isInteger(code)) throw garbled(what, 'an exit code');
      return code;
    },
    exec: cli.exec,
    async connect(network, name, aliases) {
      const more = { json: { container: name, aliases } };
      await askRest(
        socket,
        call(`connect ${name} to network ${network}`, ['POST', `/networks/${network}/connect`], more),
      );
    },
    async disconnect(network, name) {
      const what = `disconnect ${name} from network ${network}`;
      const asked = call(what, ['POST', `/networks/${network}/disconnect`], {
        json: { Container: name, Force: false },
      });
      const answer = await askRest(socket, asked, [404, 500]);
      if (answer.status < 300) return;
      const said = saidIn(answer);
      if (!/is not connected/i.test(said)) throw podmanFailure(what, said);
    },
    async tag(image, ref) {
      const cut = ref.lastIndexOf(':');
      const query = { repo: ref.slice(0, cut), tag: ref.slice(cut + 1) };
      await askRest(socket, call(`tag image ${ref}`, ['POST', `/images/${image}/tag`], { query }));
    },
    pull: cli.pull,
    build: cli.build,
    async createNetwork(draft) {
      const json = {
        name: draft.name,
        driver: draft.driver === '' ? 'bridge' : draft.driver,
        subnets: draft.subnets.map((subnet) => ({ subnet })),
        internal: draft.internal,
        ipv6_enabled: draft.ipv6,
        dns_enabled: true,
        options: draft.options,
        labels: draft.labels,
      };
      await askRest(socket, call(`create network ${draft.name}`, ['POST', '/networks/create'], { json }));
    },
    async removeImage(ref) {
      await askRest(
        socket,
        call(`remove image ${ref}`, ['DELETE', `/images/${ref}`], { query: { force: 'false' } }),
        [404],
      );
    },
    async removeNetwork(name) {
      await removing(`remove network ${name}`, `/networks/${encodeURIComponent(name)}`);
    },
    async createVolume(draft) {
      const json = {
        Name: draft.name,
        Driver: draft.driver === '' ? 'local' : draft.driver,
        Options: draft.options,
        Labels: draft.labels,
      };
      await askRest(socket, call(`create volume ${draft.name}`, ['POST', '/volumes/create'], { json }));
    },
    async createSecret(name, { content }, labels) {
      const more = { query: { name, labels: JSON.stringify(labels) }, body: content };
      await askRest(socket, call(`create secret ${name}`, ['POST', '/secrets/create'], more));
    },
    removeSecret: (name) => removing(`remove secret ${name}`, `/secrets/${encodeURIComponent(name)}`),
    killOrphan: cli.killOrphan,
    unmount: cli.unmount,
  };
}
