import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, podman, testImage } from '@reconcile/testkit/podman';

/** What a drill prints with `--json`, as far as these tests look. */
export interface Drilled {
  readonly exit: number;
  readonly isProved: boolean;
  readonly tookMs: number;
  readonly data: string;
  readonly without: Readonly<Record<string, number>>;
  readonly stages: readonly {
    readonly name: string;
    readonly tookMs: number;
    readonly slots: readonly {
      readonly slot: string;
      readonly isProved: boolean;
      readonly tookMs?: number;
      readonly why?: string;
      readonly ports: readonly { readonly protocol: string; readonly from: string; readonly to: string }[];
    }[];
  }[];
}

export interface Ports {
  readonly db: number;
  readonly other: number;
  readonly http: number;
}

/** What the tests' node is like. */
export interface Kind {
  /** What is written during a drill goes to a layer; else data is read-only. */
  readonly overlays: boolean;
}

const update = '[components.update]\nmin_ready = "0s"\ndeadline = "5s"\n';

/** Writes where its data is before it serves, and shows what it was given. Where data is read-only it cannot insist. */
const writer = ({ overlays }: Kind) =>
  `entrypoint = ["sh", "-c"]\ncmd = ["echo $HOSTNAME >>/data/starts ${overlays ? '&&' : ';'} cat /etc/app.conf /run/secrets/pass /run/secrets/sealed && exec /bin/web"]\n`;

export function dbService(ports: Ports, kind: Kind, image = testImage('1')): string {
  return `name = "db"
[[components]]
name = "db"
image = "${image}"
${writer(kind)}volumes = ["db-data:/data"]
ports = ["127.0.0.1:${ports.db}:8080"]
secrets = ["pass", "sealed"]
stop_timeout = "1s"
[[components.files]]
source = "app.conf"
target = "/etc/app.conf"
${update}`;
}

export function webService(env = ''): string {
  return `name = "web"
depends_on = ["db"]
[[components]]
name = "web"
image = "${testImage('1')}"
env = { ${env} }
stop_timeout = "1s"
[[components.routes]]
port = 8080
mode = "l7"
hostname = "web.example.net"
${update}`;
}

export function otherService(ports: Ports, dir: string): string {
  return `name = "other"
[[components]]
name = "other"
image = "${testImage('1')}"
volumes = ["${dir}:/srv", "${dir}/settings.txt:/settings.txt:ro"]
ports = ["0.0.0.0:${ports.other}:8080"]
stop_timeout = "1s"
${update}`;
}

/** A node of three services in two stages, with a volume, a host directory, a file, a secret, and a route on our proxy. */
export class DrillHome {
  readonly home: FleetHome;
  readonly ports: Ports;
  readonly kind: Kind;
  readonly data: string;

  private constructor(home: FleetHome, parts: { readonly ports: Ports; readonly kind: Kind }) {
    this.home = home;
    this.ports = parts.ports;
    this.kind = parts.kind;
    this.data = join(home.dir, 'srv');
  }

  static async make(): Promise<DrillHome> {
    await buildTestImage('1');
    const ports = { db: await freePort(), other: await freePort(), http: await freePort() };
    const driver = (await podman(['info', '--format', '{{.Store.GraphDriverName}}'])).stdout.trim();
    const kind = { overlays: driver === 'overlay' };
    const home = await FleetHome.make({ listeners: { 8080: `127.0.0.1:${ports.http}` }, mounts: ['/'] });
    const world = new DrillHome(home, { ports, kind });
    await mkdir(world.data);
    await writeFile(join(world.data, 'settings.txt'), 'as it was\n');
    await mkdir(join(home.state, 'secrets'), { recursive: true, mode: 0o700 });
    await writeFile(join(home.state, 'secrets', 'pass'), 'canary-correct-horse', { mode: 0o600 });
    await home.commit('three services', {
      'fleet.toml':
        'name = "home"\nzone = "example.net"\n[[boot.sequence]]\nstage = "core"\nservices = ["db"]\ntimeout = "20s"\n',
      'services/db/app.conf': 'colour = "green"\n',
      'services/db.toml': dbService(ports, kind),
      'services/web.toml': webService(),
      'services/other.toml': otherService(ports, world.data),
    });
    await world.seal('sealed', 'canary-battery-staple');
    await home.apply(0);
    return world;
  }

  /** Puts an encrypted value into the repository. */
  private async seal(name: string, value: string): Promise<void> {
    const command = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'reconcile.js');
    const who = { GIT_AUTHOR_NAME: 'ops', GIT_AUTHOR_EMAIL: 'ops@example.net' };
    const env = { ...process.env, ...who, GIT_COMMITTER_NAME: 'ops', GIT_COMMITTER_EMAIL: 'ops@example.net' };
    const setting = promisify(execFile)(process.execPath, [command, 'secret', 'set', name], {
      cwd: this.home.fleet,
      env: { ...env, RECONCILE_CONFIG: this.home.config },
      timeout: 60_000,
    });
    setting.child.stdin?.end(value);
    await setting;
  }

  /** `recover --drill --json`. */
  async drill(...args: readonly string[]): Promise<Drilled> {
    const { code, stderr, stdout } = await this.home.run('recover', '--drill', '--json', ...args);
    if (stdout === '') throw new Error(`no report (${code}): ${stderr}`);
    const report = JSON.parse(stdout) as Drilled;
    if (report.exit !== code) throw new Error(`says ${report.exit} and ends with ${code}`);
    return report;
  }

  /** Everything of the node that a drill must leave alone: processes of containers and proxy, and the bytes of every file. */
  async stamp(): Promise<string> {
    const rows = await podman([
      'ps',
      '-a',
      '--no-trunc',
      '--format',
      '{{.ID}} {{.Names}} {{.Pid}} {{.StartedAt}} {{.Ports}}',
    ]);
    const networks = await podman(['network', 'ls', '--format', '{{.Name}} {{.ID}}']);
    const volumes = await podman(['volume', 'ls', '--format', '{{.Name}}']);
    const secrets = await podman(['secret', 'ls', '--format', '{{.ID}} {{.Name}}']);
    const images = await podman(['images', '-a', '--no-trunc', '--format', '{{.ID}} {{.Repository}}:{{.Tag}}']);
    const root = (await podman(['info', '--format', '{{.Store.VolumePath}}'])).stdout.trim();
    const pid = await readFile(join(this.home.state, 'haproxy', 'haproxy.pid'), 'utf8').catch(() => 'none');
    const files = [...(await sums(this.home.dir)), ...(await sums(root))];
    return [rows, networks, volumes, secrets, images]
      .map(({ stdout }) => stdout.split('\n').sort().join('\n'))
      .concat(pid, files)
      .join('\n');
  }

  /** What drills left: directories, and processes whose environment or command names one. */
  async leftovers(): Promise<readonly string[]> {
    const dirs = [join(this.home.state, 'drill'), join(process.env.XDG_RUNTIME_DIR ?? '/nowhere', 'reconcile')];
    const found: string[] = [];
    for (const dir of dirs)
      for (const name of existsSync(dir) ? await readdir(dir) : [])
        if (dir.endsWith('/drill') || name.startsWith('drill-')) found.push(join(dir, name));
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const words = await Promise.all(
        ['environ', 'cmdline'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
      );
      if (Number(pid) !== process.pid && words.some((text) => /\/state\/drill\/|\/reconcile\/drill-/.test(text)))
        found.push(`process ${pid}: ${(words[1] ?? '').replaceAll('\0', ' ')}`);
    }
    return found;
  }
}

/** SHA-256 of every file below a directory, and the names of all else; but not what SQLite maps to read. */
async function sums(dir: string): Promise<string[]> {
  const lines: string[] = [];
  for (const name of (await readdir(dir, { recursive: true })).sort()) {
    const path = join(dir, name);
    const stat = await lstat(path);
    if (name.endsWith('.db-shm')) continue;
    const sum = stat.isFile()
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      : 'other';
    lines.push(`${path} ${stat.mode} ${stat.ino} ${sum}`);
  }
  return lines;
}
