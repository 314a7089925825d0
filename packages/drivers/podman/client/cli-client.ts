import type { Host } from '@reconcile/host';
import { buildArgv, createArgv, networkArgv, secretArgv, volumeArgv } from './argv.ts';
import { cliReader } from './cli-reader.ts';
import type { PodmanClient } from './contract.ts';
import { errorCodeOf, garbled, podmanFailure } from './fail.ts';
import { fullId } from './parse.ts';
import { askPodman, runPodman, said, writeTimeoutMs } from './program.ts';

/** podman by its command line: always there. */
export function cliClient(host: Host, signal: AbortSignal): PodmanClient {
  const run = (what: string, args: readonly string[], timeoutMs = writeTimeoutMs) =>
    runPodman(host.run, { what, args, timeoutMs, signal });
  const write = (what: string, args: readonly string[]) =>
    askPodman(host.run, { what, args, timeoutMs: writeTimeoutMs, signal });

  const gone: ReadonlySet<string> = new Set([
    'PODMAN_NO_SUCH',
    'PODMAN_NO_NETWORK',
    'PODMAN_NO_SECRET',
    'PODMAN_NO_IMAGE',
  ]);
  /** Absent is as good as done. */
  const unlessGone = async (what: string, args: readonly string[], timeoutMs = writeTimeoutMs): Promise<void> => {
    const result = await run(what, args, timeoutMs);
    if (result.exitCode === 0) return;
    const code = errorCodeOf(result.stderr);
    if (!gone.has(code)) throw podmanFailure(what, said(result));
  };

  /** The id a quiet call prints last. */
  const idFrom = async (
    what: string,
    args: readonly string[],
    options: { timeoutMs: number; code: 'PODMAN_PULL_FAILED' | 'PODMAN_BUILD_FAILED' },
  ) => {
    const result = await run(what, args, options.timeoutMs);
    if (result.exitCode !== 0) throw podmanFailure(what, said(result), options.code);
    return fullId(
      result.stdout
        .trim()
        .split('\n')
        .at(-1)
        ?.trim()
        .replace(/^sha256:/, '') ?? '',
      what,
    );
  };

  return {
    ...cliReader(host, signal),
    create: async (draft) =>
      fullId((await write(`create container ${draft.name}`, createArgv(draft))).trim(), `create ${draft.name}`),
    start: async (name) => void (await write(`start container ${name}`, ['start', '--', name])),
    async stop(name, timeoutMs) {
      const seconds = Math.ceil(timeoutMs / 1000);
      await unlessGone(`stop container ${name}`, ['stop', `--time=${seconds}`, '--', name], timeoutMs + writeTimeoutMs);
    },
    cleanup: async (name) => void (await write(`clean up container ${name}`, ['container', 'cleanup', '--', name])),
    signal: async (name, word) =>
      void (await write(`signal container ${name}`, ['kill', `--signal=${word}`, '--', name])),
    remove: (name) => unlessGone(`remove container ${name}`, ['rm', '--force', '--time=0', '--', name]),
    async wait(name, timeoutMs, leaves) {
      const what = `wait for container ${name}`;
      const waiting = leaves === undefined ? signal : AbortSignal.any([signal, leaves]);
      const text = await askPodman(host.run, { what, args: ['wait', '--', name], timeoutMs, signal: waiting });
      const code = Number(text.trim());
      if (text.trim() === '' || !Number.isInteger(code)) throw garbled(what, 'an exit code');
      return code;
    },
    async exec(name, command, timeoutMs) {
      const result = await run(`run a command in ${name}`, ['exec', '--', name, ...command], timeoutMs);
      return { exitCode: result.exitCode, output: `${result.stdout}${result.stderr}`.slice(-4096) };
    },
    async connect(network, container, aliases) {
      const flags = aliases.map((alias) => `--alias=${alias}`);
      await write(`connect ${container} to network ${network}`, [
        'network',
        'connect',
        ...flags,
        '--',
        network,
        container,
      ]);
    },
    async disconnect(network, container) {
      const what = `disconnect ${container} from network ${network}`;
      const result = await run(what, ['network', 'disconnect', '--', network, container]);
      if (result.exitCode !== 0 && !/is not connected/i.test(result.stderr)) throw podmanFailure(what, said(result));
    },
    tag: async (image, ref) => void (await write(`tag image ${ref}`, ['tag', '--', image, ref])),
    pull: (ref, timeoutMs) =>
      idFrom(`pull image ${ref}`, ['pull', '--quiet', '--', ref], { timeoutMs, code: 'PODMAN_PULL_FAILED' }),
    build: (draft) =>
      idFrom(`build image ${draft.ref}`, buildArgv(draft), { timeoutMs: draft.timeoutMs, code: 'PODMAN_BUILD_FAILED' }),
    createNetwork: async (draft) => void (await write(`create network ${draft.name}`, networkArgv(draft))),
    removeImage: (ref) => unlessGone(`remove image ${ref}`, ['image', 'rm', '--', ref]),
    removeNetwork: (name) => unlessGone(`remove network ${name}`, ['network', 'rm', '--', name]),
    createVolume: async (draft) => void (await write(`create volume ${draft.name}`, volumeArgv(draft))),
    createSecret: async (name, { path }, labels) =>
      void (await write(`create secret ${name}`, secretArgv(name, path, labels))),
    removeSecret: (name) => unlessGone(`remove secret ${name}`, ['secret', 'rm', '--', name]),
    async killOrphan(pid) {
      // Processes of the user's subordinate ids can only be signalled from inside its user namespace. No shell, and no
      // `kill` program, which small systems lack.
      const script = 'try { process.kill(Number(process.argv[1]), "SIGKILL") } catch {}';
      await run(`end process ${pid}`, ['unshare', process.execPath, '-e', script, '--', String(pid)]);
    },
    unmount: async (path) => void (await run(`unmount ${path}`, ['unshare', 'umount', '--lazy', '--', path])),
  };
}
