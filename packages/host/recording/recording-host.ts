import type { Host, HttpRequest, RunOptions } from '../contract.ts';
import { isDnsQuery } from '../net/dns.ts';
import { isShowOnly } from '../net/show.ts';
import { isReading } from '../reading/is-reading.ts';

/** One call that reached the outside world, in the order they were made. */
export interface Call {
  /** `run.run`, `files.write`, `http.request`, `net.ask`, `kill` … */
  readonly what: string;
  /** Does it change anything, as far as the reading half's rules can tell? */
  readonly writes: boolean;
  /** Program, path, `METHOD url`, or socket. */
  readonly target: string;
  readonly args: readonly string[];
}

export interface RecordingHost extends Host {
  readonly calls: readonly Call[];
  /** The calls that write: empty after anything that promised to only look. */
  writes(): readonly Call[];
  forget(): void;
}

export interface RecordingOptions {
  /** Throws on every call that writes, before it is made. */
  readonly refuseWrites?: boolean;
  /** Sees each call before it is made; may throw to make it fail. */
  readonly onCall?: (call: Call) => void;
}

/** A host that writes down what is asked of it, over a real one or a fake. For tests. */
export function recordingHost(base: Host, options: RecordingOptions = {}): RecordingHost {
  const calls: Call[] = [];
  const note = (call: Call) => {
    calls.push(call);
    options.onCall?.(call);
    if (call.writes && options.refuseWrites === true)
      throw new Error(`refused while recording: ${call.what} ${call.target}`);
  };
  const noteRun = (what: string, command: { program: string; args: readonly string[]; env?: RunOptions['env'] }) => {
    const writes = what === 'run.start' || what === 'run.attach' || what === 'run.talk' || !isReading(command);
    note({ what, writes, target: command.program, args: command.args });
  };
  return {
    ...base,
    calls,
    writes: () => calls.filter((call) => call.writes),
    forget: () => {
      calls.length = 0;
    },
    run: {
      async run(program, args, given) {
        noteRun('run.run', { program, args, env: given.env });
        return base.run.run(program, args, given);
      },
      lines(program, args, given) {
        noteRun('run.lines', { program, args, env: given.env });
        return base.run.lines(program, args, given);
      },
      bytes(program, args, given) {
        noteRun('run.bytes', { program, args, env: given.env });
        return base.run.bytes(program, args, given);
      },
      async start(program, args, given) {
        noteRun('run.start', { program, args });
        return base.run.start(program, args, given);
      },
      async attach(program, args, given) {
        noteRun('run.attach', { program, args });
        return base.run.attach(program, args, given);
      },
      async talk(program, args, given) {
        noteRun('run.talk', { program, args, env: given.env });
        return base.run.talk(program, args, given);
      },
    },
    files: recordingFiles(base.files, note),
    http: {
      async request(request: HttpRequest) {
        const writes = request.method !== 'GET' && request.method !== 'HEAD';
        note({ what: 'http.request', writes, target: `${request.method} ${request.url}`, args: [] });
        return base.http.request(request);
      },
      async upgrade(request) {
        note({ what: 'http.upgrade', writes: true, target: request.url, args: [] });
        return base.http.upgrade(request);
      },
    },
    net: {
      ...base.net,
      async ask(socketPath, text, given) {
        note({ what: 'net.ask', writes: !isShowOnly(text), target: socketPath, args: [text] });
        return base.net.ask(socketPath, text, given);
      },
      async dns(exchange) {
        const { ip, port } = exchange.server;
        note({ what: 'net.dns', writes: !isDnsQuery(exchange.message), target: `${ip}:${port}`, args: [] });
        return base.net.dns(exchange);
      },
    },
    async kill(pid, startTicks, signal) {
      note({ what: 'kill', writes: true, target: String(pid), args: [signal] });
      return base.kill(pid, startTicks, signal);
    },
  };
}

function recordingFiles(base: Host['files'], note: (call: Call) => void): Host['files'] {
  const look = (what: string, path: string) => note({ what: `files.${what}`, writes: false, target: path, args: [] });
  const change = (what: string, path: string, args: readonly string[] = []) =>
    note({ what: `files.${what}`, writes: true, target: path, args });
  return {
    async read(path, options) {
      look('read', path);
      return base.read(path, options);
    },
    async text(path, options) {
      look('text', path);
      return base.text(path, options);
    },
    async list(path) {
      look('list', path);
      return base.list(path);
    },
    async isEmpty(path) {
      look('isEmpty', path);
      return base.isEmpty(path);
    },
    async stat(path) {
      look('stat', path);
      return base.stat(path);
    },
    async stats(paths) {
      for (const path of paths) look('stat', path);
      return base.stats(paths);
    },
    async realpath(path) {
      look('realpath', path);
      return base.realpath(path);
    },
    async space(path) {
      look('space', path);
      return base.space(path);
    },
    async write(path, content, options) {
      change('write', path);
      return base.write(path, content, options);
    },
    async overwrite(path, content) {
      change('overwrite', path);
      return base.overwrite(path, content);
    },
    async append(path, content, options) {
      change('append', path);
      return base.append(path, content, options);
    },
    async makeDir(path, options) {
      change('makeDir', path);
      return base.makeDir(path, options);
    },
    async rename(from, to) {
      change('rename', from, [to]);
      return base.rename(from, to);
    },
    async chmod(path, mode) {
      change('chmod', path, [mode.toString(8)]);
      return base.chmod(path, mode);
    },
    async remove(path) {
      change('remove', path);
      return base.remove(path);
    },
    async removeTree(path) {
      change('removeTree', path);
      return base.removeTree(path);
    },
  };
}
