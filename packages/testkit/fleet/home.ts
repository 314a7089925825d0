import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Plan } from '@reconcile/core';
import { listAudit, openRegistry, type StoredAudit } from '@reconcile/registry';
import { podman } from '../podman/index.ts';

export interface RunOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface FleetOptions {
  /** Logical port → bind of a listener without TLS. */
  readonly listeners?: Readonly<Record<string, string>>;
  /** Logical port → bind of a listener that speaks TLS (L4 routes). */
  readonly tlsListeners?: Readonly<Record<string, string>>;
  readonly proxy?: 'haproxy' | 'caddy' | 'mcproxy' | 'none';
  readonly mounts?: readonly string[];
  readonly flags?: readonly string[];
  /** More lines of node.toml. */
  readonly more?: string;
}

/** A node of its own for one test: fleet repository, node.toml, state; driven by the built `reconcile` as a user would. */
export class FleetHome {
  readonly dir: string;
  readonly fleet: string;
  readonly state: string;
  readonly config: string;

  private constructor(dir: string) {
    this.dir = dir;
    this.fleet = join(dir, 'fleet');
    this.state = join(dir, 'state');
    this.config = join(dir, 'node.toml');
  }

  static async make(options: FleetOptions = {}): Promise<FleetHome> {
    const home = new FleetHome(await mkdtemp(join(tmpdir(), 'node-')));
    await mkdir(join(home.fleet, 'services'), { recursive: true });
    await writeFile(home.config, nodeToml(home, options), { mode: 0o600 });
    await home.git('init', '-q', '-b', 'main');
    return home;
  }

  /** Writes files below the fleet (undefined: removes) and commits all of them. */
  async commit(message: string, files: Readonly<Record<string, string | undefined>>): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.fleet, path);
      if (text === undefined) await rm(file);
      else {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
    }
    await this.git('add', '-A');
    await this.git('commit', '-q', '--allow-empty', '-m', message);
    return (await this.git('rev-parse', 'HEAD')).trim();
  }

  git(...args: readonly string[]): Promise<string> {
    const identity = {
      GIT_AUTHOR_NAME: 'ops',
      GIT_AUTHOR_EMAIL: 'ops@example.net',
      GIT_COMMITTER_NAME: 'ops',
      GIT_COMMITTER_EMAIL: 'ops@example.net',
    };
    return new Promise((resolve, reject) => {
      execFile(
        'git',
        ['-C', this.fleet, ...args],
        { env: { ...process.env, ...identity }, timeout: 30_000 },
        (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
      );
    });
  }

  /** Runs the built command with this node's configuration. Never rejects: the exit code is part of the answer. */
  run(...args: readonly string[]): Promise<RunOutcome> {
    return this.runWith({}, ...args);
  }

  runWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<RunOutcome> {
    const command = join(import.meta.dirname, '..', '..', '..', 'dist', 'bin', 'reconcile.js');
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [command, ...args],
        {
          cwd: this.fleet,
          env: { ...process.env, RECONCILE_CONFIG: this.config, NO_COLOR: '1', ...env },
          timeout: 170_000,
          maxBuffer: 64 * 1024 * 1024,
        },
        (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  }

  /** `plan -o json`. */
  async plan(...args: readonly string[]): Promise<Plan & { readonly exit: number }> {
    const { stdout, stderr } = await this.run('plan', '-o', 'json', ...args);
    if (stdout === '') throw new Error(`no plan: ${stderr}`);
    return JSON.parse(stdout) as Plan & { exit: number };
  }

  /** Applies and insists on the exit code. */
  async apply(wanted = 0, ...args: readonly string[]): Promise<RunOutcome> {
    const outcome = await this.run('apply', '-y', ...args);
    if (outcome.code !== wanted)
      throw new Error(`apply ended with ${outcome.code}, expected ${wanted}\n${outcome.stdout}\n${outcome.stderr}`);
    return outcome;
  }

  /** Name of the running container of a slot; undefined when there is none. */
  async container(slot: string): Promise<string | undefined> {
    const { stdout } = await podman(['ps', '--filter', `label=io.reconcile.slot=${slot}`, '--format', '{{.Names}}']);
    return stdout.trim().split('\n').filter(Boolean)[0];
  }

  /** Who did what, newest first. */
  async audit(): Promise<readonly StoredAudit[]> {
    const registry = openRegistry(join(this.state, 'registry.db'), { mode: 'read' });
    try {
      return registry.read((rows) => listAudit(rows, { limit: 1000 }));
    } finally {
      await registry.close();
    }
  }

  /** Every file of the state directory with what a write would change. */
  async stateStamp(): Promise<string> {
    const { statSync } = await import('node:fs');
    const names = await readdir(this.state, { recursive: true });
    return names
      .sort()
      .map((name) => {
        const { ino, mtimeMs, size } = statSync(join(this.state, name));
        return `${name} ${ino} ${mtimeMs} ${size}`;
      })
      .join('\n');
  }

  /** Ends the proxy, removes every container, network and volume of this world, and the node's directory. */
  async close(): Promise<void> {
    await endProxy(join(this.state, 'haproxy', 'haproxy.pid'));
    await podman(['rm', '-af', '-t', '0', '--volumes']).catch(() => undefined);
    await podman(['network', 'prune', '-f']).catch(() => undefined);
    await podman(['volume', 'prune', '-f']).catch(() => undefined);
    await rm(this.dir, { recursive: true, force: true });
    await rm(memoryDir, { recursive: true, force: true });
  }
}

/** Where files with secrets in them lie, on a machine whose runtime directory is not in memory. */
export const memoryDir = `/dev/shm/reconcile-${process.getuid?.() ?? 0}`;

async function endProxy(pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number((await readFile(pidFile, 'utf8')).trim().split('\n')[0]);
  if (!(pid > 1)) return;
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It is gone already.
  }
}

function nodeToml(home: FleetHome, options: FleetOptions): string {
  const list = (items: readonly string[] = []) => items.map((item) => JSON.stringify(item)).join(', ');
  const binds = [
    ...Object.entries(options.listeners ?? {}).map(([port, bind]) => `${port} = { bind = ["${bind}"], tls = false }`),
    ...Object.entries(options.tlsListeners ?? {}).map(([port, bind]) => `${port} = ["${bind}"]`),
  ];
  return `node = "rift"
state_dir = "${home.state}"

[addresses]
loopback = "127.0.0.1"

[source]
type = "git"
path = "${home.fleet}"

[drivers]
containers = "podman"
proxy = "${options.proxy ?? 'haproxy'}"

[listeners]
${binds.join('\n')}

[policy]
mounts = [${list(options.mounts)}]
flags = [${list(options.flags)}]
${options.more ?? ''}
`;
}

const given = new Set<number>();

/** A port of 127.0.0.1 that nobody listens on, never given out twice by this process. */
export async function freePort(): Promise<number> {
  for (let port = 20_000 + (process.pid % 500) * 10; port < 30_000; port++) {
    if (given.has(port)) continue;
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (!isFree) continue;
    given.add(port);
    return port;
  }
  throw new Error('no free port');
}
