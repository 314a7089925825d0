import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';

const servers = process.env.RECONCILE_SERVERS;

/** Why tests with a registry cannot run here; undefined when they can. */
export function noRegistry(): string | undefined {
  return noRealPodman() ?? (servers === undefined ? 'registry: no servers for tests here' : undefined);
}

/** A real registry on loopback, without TLS, which this world's podman is told. */
export class TestRegistry {
  /** `127.0.0.1:5000`. */
  readonly at: string;
  readonly #dir: string;
  readonly #process: ChildProcess;

  private constructor(at: string, dir: string, process: ChildProcess) {
    this.at = at;
    this.#dir = dir;
    this.#process = process;
  }

  /** `plain`: further addresses that podman may speak to without TLS. */
  static async start(plain: readonly string[] = []): Promise<TestRegistry> {
    const dir = await mkdtemp(join(tmpdir(), 'registry-'));
    const at = `127.0.0.1:${await freePort()}`;
    await mkdir(join(settings, '..'), { recursive: true });
    const rules = [at, ...plain].map((place) => `[[registry]]\nlocation = "${place}"\ninsecure = true\n`);
    await writeFile(settings, rules.join(''));
    // A service of podman that began before keeps the settings it began with.
    await rm(socket, { force: true });
    const config = `version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: ${dir}/data\nhttp:\n  addr: ${at}\n`;
    await writeFile(join(dir, 'config.yml'), config);
    const program = join(servers ?? '', 'usr', 'bin', 'docker-registry');
    const registry = new TestRegistry(at, dir, spawn(program, ['serve', join(dir, 'config.yml')], { stdio: 'ignore' }));
    await registry.#untilAnswering();
    return registry;
  }

  ref(tag: string): string {
    return `${this.at}/team/web:${tag}`;
  }

  /** The test image as `team/web`: tag 1, and each further tag with one layer more than that. None of them stays here. */
  async fill(...tags: readonly string[]): Promise<void> {
    await buildTestImage('1');
    // One layer that no other test has: podman does not fetch what is here under another name.
    await writeFile(join(this.#dir, 'salt'), randomUUID());
    await this.#build(this.ref('1'), `FROM ${testImage('1')}\nCOPY salt /salt\n`, ['--squash-all']);
    for (const tag of tags) {
      await writeFile(join(this.#dir, 'more'), tag.repeat(100_000));
      await this.#build(this.ref(tag), `FROM ${this.ref('1')}\nCOPY more /more\n`);
    }
    await podman(['rmi', '-af']);
  }

  async #build(ref: string, text: string, options: readonly string[] = []): Promise<void> {
    await writeFile(join(this.#dir, 'Containerfile'), text);
    await podman(['build', '-q', ...options, '-t', ref, '-f', join(this.#dir, 'Containerfile'), this.#dir]);
    await podman(['push', '-q', ref]);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill();
    await ended;
  }

  async close(): Promise<void> {
    await this.stop();
    for (const path of [settings, socket, this.#dir]) await rm(path, { recursive: true, force: true });
  }

  async #untilAnswering(): Promise<void> {
    for (const until = Date.now() + 20_000; Date.now() < until; ) {
      const answer = await fetch(`http://${this.at}/v2/`).catch(() => undefined);
      if (answer?.ok === true) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${this.at} does not answer`);
  }
}

const settings = join(homedir(), '.config', 'containers', 'registries.conf');
const socket = join(process.env.XDG_RUNTIME_DIR ?? '', 'reconcile', 'podman.sock');
