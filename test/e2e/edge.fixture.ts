import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { Plan } from '@reconcile/core';
import type { RunOutcome } from '@reconcile/testkit/fleet';

/** Of the edge: everything it may run. podman is none of it. */
const programs = ['git', 'haproxy', 'sh'];

/** One command, to its end. */
export interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs a command somewhere. Never rejects: the exit code is part of the answer. */
export type Start = (command: Command) => Promise<RunOutcome>;

export const startHere: Start = ({ argv, cwd, env }) =>
  new Promise((resolve) => {
    const [program = '', ...args] = argv;
    const child = execFile(program, args, { cwd, env: { ...env }, timeout: 120_000 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

/** A second node over the same fleet repository: HAProxy and a CA of its own, no podman, not even in its PATH. */
export class EdgeNode {
  readonly dir: string;
  readonly state: string;

  readonly #start: Start;

  private constructor(dir: string, start: Start) {
    this.dir = dir;
    this.state = join(dir, 'state');
    this.#start = start;
  }

  static async make(
    fleet: string,
    bind: string,
    { address = '127.0.0.1', start = startHere }: { readonly address?: string; readonly start?: Start } = {},
  ): Promise<EdgeNode> {
    const node = new EdgeNode(await mkdtemp(join(tmpdir(), 'edge-')), start);
    await mkdir(join(node.dir, 'bin'));
    for (const name of programs) {
      const found = ['/usr/bin', '/usr/sbin', '/bin'].map((dir) => join(dir, name)).find((path) => existsSync(path));
      await symlink(found ?? `/no/${name}`, join(node.dir, 'bin', name));
    }
    const toml = `node = "svc"
state_dir = "${node.state}"
[addresses]
world = "${address}"
[source]
type = "git"
path = "${fleet}"
[drivers]
containers = "none"
proxy = "haproxy"
[drivers.internal-ca]
[listeners]
443 = ["${bind}"]
`;
    await writeFile(join(node.dir, 'node.toml'), toml, { mode: 0o600 });
    return node;
  }

  run(...args: readonly string[]): Promise<RunOutcome> {
    const command = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'reconcile.js');
    const env = { ...process.env, PATH: join(this.dir, 'bin'), RECONCILE_CONFIG: join(this.dir, 'node.toml') };
    const argv = [process.execPath, command, ...args];
    return this.#start({ argv, cwd: this.dir, env: { ...env, NO_COLOR: '1' } });
  }

  async plan(): Promise<Plan & { readonly exit: number }> {
    const { stdout, stderr } = await this.run('plan', '-o', 'json');
    if (stdout === '') throw new Error(`no plan: ${stderr}`);
    return JSON.parse(stdout) as Plan & { exit: number };
  }

  /** Applies, with whatever is held, and insists on the exit code. */
  async apply(wanted: number): Promise<RunOutcome> {
    const confirm = (await this.plan()).held.flatMap(({ id }) => ['--confirm', id]);
    const outcome = await this.run('apply', '-y', ...confirm);
    if (outcome.code !== wanted)
      throw new Error(`edge: ${outcome.code}, expected ${wanted}\n${outcome.stdout}\n${outcome.stderr}`);
    return outcome;
  }

  /** Files below a part of the state directory, sorted. */
  async files(part: string): Promise<string[]> {
    return (await readdir(join(this.state, part)).catch(() => [])).sort();
  }

  async close(): Promise<void> {
    for (const pid of await proxyOf(this.state)) process.kill(pid, 'SIGKILL');
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** HAProxy of a state directory: its master and the workers of that. */
export async function proxyOf(state: string): Promise<number[]> {
  const master = Number((await readFile(join(state, 'haproxy', 'haproxy.pid'), 'utf8').catch(() => '')).trim());
  if (!(master > 1) || !existsSync(`/proc/${master}`)) return [];
  const children = await readFile(`/proc/${master}/task/${master}/children`, 'utf8');
  return [master, ...children.trim().split(' ').filter(Boolean).map(Number)];
}

export interface AskAs {
  readonly port: number;
  readonly host: string;
  readonly ca: string;
  /** Address of the client. */
  readonly from: string;
}

/** One request over verified TLS, by name, from an address of this machine. */
export function askAs({ ca, from, host, port }: AskAs): Promise<{ status: number; body: string }> {
  const to = { host: '127.0.0.1', port, path: '/cgi-bin/seen', servername: host, headers: { host }, ca };
  return new Promise((resolve, reject) => {
    const sent = request({ ...to, agent: false, localAddress: from, timeout: 10_000 }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        body += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: body.trim() }));
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', reject);
    sent.end();
  });
}

/** What the program behind an l4 route says to a ClientHello with this name; '' when it is hung up on. */
export async function passThrough(
  port: number,
  name: string,
  { ip = '127.0.0.1', more = '' }: { readonly ip?: string; readonly more?: string } = {},
): Promise<string> {
  const hello = Buffer.concat([await clientHello(name), Buffer.from(more)]);
  return new Promise((resolve) => {
    let said = '';
    const socket = connect({ host: ip, port }, () => socket.write(hello));
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(said.trim()));
  });
}

function clientHello(servername: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.once('data', (chunk: Buffer) => {
        resolve(chunk);
        socket.destroy();
        server.close();
      });
    });
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      connectTls({ host: '127.0.0.1', port, servername }).on('error', () => undefined);
    });
  });
}
