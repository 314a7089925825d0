import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ChildOptions, type Ran, runChild } from './child.ts';
import { makeImage } from './services.ts';

type Environment = Readonly<Record<string, string>>;

/**
 * A podman of its own below the world's user: storage, run directory, locks. Each side of a comparison has one, so that
 * nobody lists the containers of the others.
 */
export class Place {
  readonly dir: string;
  readonly env: Environment;
  readonly #runDir: string;

  constructor(name: string, world: { readonly home: string; readonly runtimeDir: string; readonly env: Environment }) {
    this.dir = join(world.home, `bench-${name}`);
    this.#runDir = join(world.runtimeDir, `bench-${name}`);
    this.env = { ...world.env, HOME: this.dir, XDG_RUNTIME_DIR: this.#runDir };
    mkdirSync(join(this.dir, '.config/containers'), { recursive: true, mode: 0o700 });
    mkdirSync(this.#runDir, { recursive: true, mode: 0o700 });
    const from = (file: string) => readFileSync(join(world.home, '.config/containers', file), 'utf8');
    const into = (file: string, text: string) => writeFileSync(join(this.dir, '.config/containers', file), text);
    into('storage.conf', from('storage.conf'));
    // podman's locks in shared memory are one file per user (the last table of that file is [engine]).
    const own = from('containers.conf');
    const locked = own.includes('lock_type') ? own : `${own}lock_type = "file"\n`;
    // The kernel gives a user 200 keyrings, one to a container (keyrings(7)): too few for three sides of a hundred.
    into('containers.conf', locked.replace('[containers]\n', '[containers]\nkeyring = false\n'));
    makeImage(this);
  }

  /** @throws Error when it does not end as wanted */
  run(argv: readonly string[], options: Partial<ChildOptions> = {}): Ran {
    return runChild(argv, { env: this.env, cwd: this.dir, ...options });
  }

  podman(...args: readonly string[]): string {
    return this.run(['podman', ...args]).stdout.trim();
  }

  socket(name: string): string {
    return join(this.#runDir, name);
  }

  /** podman's API for a peer that needs it; ends with `close`. */
  async serve(name: string): Promise<string> {
    const socket = this.socket(name);
    const child = spawn('podman', ['system', 'service', '--time=0', `unix://${socket}`], {
      env: this.env,
      stdio: 'ignore',
      detached: true,
    });
    child.unref();
    const argv = ['podman', '--remote', `--url=unix://${socket}`, 'version'];
    for (const until = Date.now() + 10_000; ; await pause(20)) {
      try {
        this.run(argv);
        return socket;
      } catch (error) {
        if (Date.now() > until) throw error;
      }
    }
  }

  /** Ends every podman service of this place, and waits until they are gone: the next one-shot command finds none. */
  async endServices(): Promise<void> {
    const mark = `unix://${this.#runDir}/`;
    for (const until = Date.now() + 20_000; ; await pause(20)) {
      const pids = processes().filter(
        ({ words }) => words[1] === 'system' && words.some((word) => word.startsWith(mark)),
      );
      if (pids.length === 0) return;
      if (Date.now() > until) throw new Error(`podman service ${pids[0]?.pid} does not end`);
      for (const { pid } of pids) signal(pid);
    }
  }

  /** No container is left. The rest goes with the world. */
  async empty(): Promise<void> {
    await this.endServices();
    this.podman('rm', '--all', '--force', '--time', '0');
  }
}

function processes(): { pid: number; words: string[] }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [{ pid: Number(name), words: readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0') }];
      } catch {
        return [];
      }
    });
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It went by itself.
  }
}
