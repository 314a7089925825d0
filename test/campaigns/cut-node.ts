import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NodeConfig, readNodeConfig } from '@reconcile/agent/config';
import { keepLoaded, type Loaded, type LoadInput, loadDesired } from '@reconcile/agent/desired';
import type { Desired, Principal } from '@reconcile/core';
import { createReadHost } from '@reconcile/host/reading';
import { openRegistry, type Registry } from '@reconcile/registry';

const by: Principal = { issuer: 'unix', subject: '1000', kind: 'person', scopes: ['admin'] };
/** Long settled: the worst case, a writer that broke off and never came back. */
const longAgo = new Date(Date.now() - 3_600_000);

/** A node with a copy of a fleet, that has read all of it and found it good. */
export class CutNode {
  readonly dir: string;
  private readonly registry: Registry;
  private readonly input: LoadInput;

  private constructor(dir: string, config: NodeConfig) {
    this.dir = dir;
    this.registry = openRegistry(join(dir, 'registry.db'), { mode: 'write' });
    const signal = new AbortController().signal;
    this.input = { config, host: createReadHost(), registry: this.registry, install: { buildId: 'cut' }, signal };
  }

  static async make(fleet: readonly string[], type: 'git' | 'directory'): Promise<CutNode> {
    const dir = await mkdtemp(join(tmpdir(), 'cut-'));
    const { config } = await readNodeConfig(Buffer.from(nodeToml(type)), { path: join(dir, 'node.toml'), home: dir });
    if (config === undefined) throw new Error('the configuration of the node is wrong');
    const node = new CutNode(dir, config);
    for (const layer of fleet) await cp(layer, node.fleet, { recursive: true });
    await node.settle();
    if (type === 'git') node.commit();
    const loaded = await node.load();
    if (loaded.trouble !== undefined) throw new Error(`${fleet.join()}: ${loaded.trouble.message}`);
    await keepLoaded(node.registry, node.input, { loaded, at: 1, by });
    return node;
  }

  get fleet(): string {
    return join(this.dir, 'fleet');
  }

  load(): Promise<Loaded> {
    return loadDesired(this.input);
  }

  read(path: string): Promise<Buffer> {
    return readFile(join(this.fleet, path));
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const file = join(this.fleet, path);
    await writeFile(file, bytes);
    await utimes(file, longAgo, longAgo);
  }

  /** fleet.toml and services/*.toml. */
  async definitions(): Promise<readonly string[]> {
    const services = await readdir(join(this.fleet, 'services'));
    return ['fleet.toml', ...services.filter((name) => name.endsWith('.toml')).map((name) => `services/${name}`)];
  }

  async close(): Promise<void> {
    await this.registry.close();
    await rm(this.dir, { recursive: true, force: true });
  }

  private async settle(): Promise<void> {
    for (const name of ['.', ...(await readdir(this.fleet, { recursive: true }))])
      await utimes(join(this.fleet, name), longAgo, longAgo);
  }

  private commit(): void {
    const identity = ['-c', 'user.name=ops', '-c', 'user.email=ops@example.net'];
    for (const args of [
      ['init', '-q', '-b', 'main'],
      ['add', '-A'],
      [...identity, 'commit', '-q', '-m', 'whole'],
    ])
      execFileSync('git', ['-C', this.fleet, ...args], { timeout: 30_000 });
  }
}

function nodeToml(type: 'git' | 'directory'): string {
  return `node = "rift"
state_dir = "state"
[addresses]
overlay = "100.95.252.120"
lan = "192.168.88.181"
[source]
type = "${type}"
path = "fleet"
[policy]
mounts = ["/srv"]
images = ["*"]
flags = ["host-network"]
`;
}

/** What is wanted, without the name of the state of files that it came from. */
export function wants(desired: Desired | undefined): string {
  return JSON.stringify({ ...desired, commit: '', generation: 0 });
}
