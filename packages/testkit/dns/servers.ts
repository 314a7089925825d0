import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** Where test-only servers are unpacked; undefined outside of a world that has them. */
export function serversRoot(): string | undefined {
  const root = process.env.RECONCILE_SERVERS;
  return root !== undefined && existsSync(`${root}/usr/sbin/dnsmasq`) ? root : undefined;
}

/** For the title of a test that cannot run: the reason is printed with it. */
export const serversLacking =
  serversRoot() === undefined
    ? 'DNS servers are not unpacked here ($RECONCILE_SERVERS); ./dev test has them'
    : undefined;

/** A server process of its own directory, for one test. */
export interface ServerProcess {
  readonly dir: string;
  start(): Promise<void>;
  /** Stops answering and goes on living (SIGSTOP), until `wake`; ends when its last thread has stopped. */
  freeze(): Promise<void>;
  wake(): void;
  stop(): Promise<void>;
  /** What it printed. */
  output(): string;
  close(): Promise<void>;
}

export interface ServerSetup {
  readonly program: string;
  args(dir: string): readonly string[];
  prepare(dir: string): Promise<void>;
  /** Does it answer? Asked until it does, 10 s at most. */
  isUp(): Promise<boolean>;
}

export async function serverProcess(setup: ServerSetup): Promise<ServerProcess> {
  const root = serversRoot() ?? '';
  const dir = await mkdtemp(`${tmpdir()}/rcd-`);
  await setup.prepare(dir);
  const libraries = (await readdir(`${root}/usr/lib`)).filter((name) => name.endsWith('-linux-gnu'));
  const env = { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: libraries.map((name) => `${root}/usr/lib/${name}`).join(':') };
  let child: ChildProcess | undefined;
  let said = '';
  const stop = async () => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGKILL');
    await ended;
  };
  const server: ServerProcess = {
    dir,
    async start() {
      const made = spawn(`${root}/usr/sbin/${setup.program}`, setup.args(dir), { env, cwd: dir });
      child = made;
      for (const stream of [made.stdout, made.stderr])
        stream.on('data', (chunk: Buffer) => {
          said = (said + chunk.toString()).slice(-20_000);
        });
      const deadline = Date.now() + 10_000;
      while (!(await setup.isUp().catch(() => false))) {
        if (Date.now() > deadline || made.exitCode !== null)
          throw new Error(`${setup.program} does not answer: ${said}`);
        await pause(20);
      }
    },
    async freeze() {
      child?.kill('SIGSTOP');
      for (const until = Date.now() + 5_000; Date.now() < until && !(await isStopped(child?.pid)); ) await pause(5);
    },
    wake: () => void child?.kill('SIGCONT'),
    stop,
    output: () => said,
    async close() {
      await stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

/** Threads of a process stop one after the other; one that still runs would answer. */
async function isStopped(pid: number | undefined): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`);
  const stats = await Promise.all(threads.map((id) => readFile(`/proc/${pid}/task/${id}/stat`, 'utf8')));
  return stats.every((stat) => stat.slice(stat.lastIndexOf(')') + 2).startsWith('T'));
}
