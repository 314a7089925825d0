import type { Host } from '@reconcile/host';

/** How long calls of podman took: an observer that the metrics hand to the daemon's host. */
export type NoteCall = (call: string, seconds: number, isFailed: boolean) => void;

/** The same host, with every call of podman timed: its command line, and its REST service. */
export function timedHost(host: Host, note: NoteCall): Host {
  const timed = async <T extends object>(call: string, work: () => Promise<T>): Promise<T> => {
    const since = performance.now();
    let isFailed = true;
    try {
      const result = await work();
      isFailed = 'exitCode' in result && result.exitCode !== 0;
      return result;
    } finally {
      note(call, (performance.now() - since) / 1000, isFailed);
    }
  };
  return {
    ...host,
    run: {
      ...host.run,
      run: (program, args, options) =>
        program === 'podman'
          ? timed(verbOf(args), () => host.run.run(program, args, options))
          : host.run.run(program, args, options),
      lines: (...args) => host.run.lines(...args),
      start: (...args) => host.run.start(...args),
      talk: (...args) => host.run.talk(...args),
      attach: (...args) => host.run.attach(...args),
    },
    http: {
      ...host.http,
      request: (request) =>
        request.socketPath === undefined || !request.url.includes('/libpod/')
          ? host.http.request(request)
          : timed(restOf(request.url), () => host.http.request(request)),
    },
  };
}

/** `ps`, `image pull`: never a name, so that there are few of them. */
function verbOf(args: readonly string[]): string {
  const words = args.filter((arg) => /^[a-z]+$/.test(arg));
  const [first = 'other', second = ''] = words;
  const hasSecond = ['image', 'network', 'volume', 'secret', 'container', 'system'].includes(first);
  return hasSecond ? `${first} ${second}` : first;
}

/** `rest containers/json`, `rest containers/start`. */
function restOf(url: string): string {
  const path = /\/libpod\/([^?]*)/.exec(url)?.[1] ?? '';
  const parts = path.split('/').filter((part) => /^[a-z]+$/.test(part));
  const [kind = 'other'] = parts;
  const verb = parts.length > 1 ? parts.at(-1) : undefined;
  return `rest ${kind}${verb === undefined || !verbs.has(verb) ? '' : `/${verb}`}`;
}

const verbs = new Set([
  'json',
  'start',
  'stop',
  'kill',
  'create',
  'pull',
  'wait',
  'exists',
  'connect',
  'disconnect',
  'rename',
  'init',
  'exec',
  'stats',
]);
