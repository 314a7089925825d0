import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFleetError } from '@reconcile/core';
import { type ConfirmWindow, lastWindow, openRegistry, type Registry } from '@reconcile/registry';
import { monotonicMs } from '@reconcile/registry/monotonic';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, testImage } from '@reconcile/testkit/podman';
import { get } from '@reconcile/testkit/proxy';

/** Beyond the window this long is allowed until what was before answers again, ms. */
export const graceMs = 15_000;

/** One change by which an operator would lose the machine. */
export interface Risky {
  readonly name: string;
  readonly files: (world: LockoutWorld) => Readonly<Record<string, string | undefined>>;
  readonly trailer?: string;
}

const service = (name: string, lines: readonly string[], component: readonly string[]) =>
  [
    `name = "${name}"`,
    ...lines,
    '[[components]]',
    'name = "main"',
    'stop_timeout = "1s"',
    ...component,
    '[components.update]',
    'deadline = "2s"',
    'min_ready = "0s"',
    'drain = "0s"',
    '',
  ].join('\n');

/** The way in: whoever cannot reach it cannot repair anything. */
function ssh(world: LockoutWorld, change: { port?: number; image?: string; more?: readonly string[] } = {}): string {
  return service(
    'ssh',
    [],
    [
      `image = "${change.image ?? testImage('1')}"`,
      `ports = ["127.0.0.1:${change.port ?? world.sshPort}:8080"]`,
      'volumes = ["ssh-data:/data"]',
      ...(change.more ?? []),
    ],
  );
}

/** The resolver's stand-in: what others find the way by. */
function dns(world: LockoutWorld, port = world.dnsPort, more: readonly string[] = []): string {
  return service('dns', [], [`image = "${testImage('1')}"`, `ports = ["127.0.0.1:${port}:8080"]`, ...more]);
}

/** Reached through the proxy, by name. */
function web(host: string): string {
  const route = ['[[components.routes]]', 'port = 8080', `hostname = "${host}"`];
  return service('web', [], [`image = "${testImage('1')}"`, ...route]);
}

/** Only in a world with a proxy. */
export const routed: Risky = {
  name: 'route elsewhere',
  files: () => ({ 'services/web.toml': web('gone.example.net') }),
};

export const risks: readonly Risky[] = [
  { name: 'another port', files: (world) => ({ 'services/ssh.toml': ssh(world, { port: world.sparePort }) }) },
  {
    name: 'listens inside only',
    files: (world) => ({
      'services/ssh.toml': ssh(world, {
        more: ['env = { MODE = "loopback" }', '[components.health]', 'type = "running"'],
      }),
    }),
  },
  {
    name: 'image that is nowhere',
    files: (world) => ({ 'services/ssh.toml': ssh(world, { image: testImage('none') }) }),
  },
  {
    name: 'ends at once',
    files: (world) => ({ 'services/ssh.toml': ssh(world, { more: ['env = { MODE = "exit" }'] }) }),
  },
  { name: 'switched off', files: (world) => ({ 'services/ssh.toml': `active = false\n${ssh(world)}` }) },
  { name: 'removed', files: () => ({ 'services/ssh.toml': undefined }), trailer: 'Reconcile-Allow: remove ssh' },
  { name: 'resolver elsewhere', files: (world) => ({ 'services/dns.toml': dns(world, world.sparePort) }) },
  {
    name: 'all at once, and more',
    files: (world) => ({
      'services/ssh.toml': ssh(world, { more: ['env = { VERSION = "bad", MODE = "broken" }'] }),
      'services/dns.toml': dns(world, world.dnsPort, [
        'env = { MODE = "silent" }',
        '[components.health]',
        'type = "running"',
      ]),
      'services/extra.toml': service('extra', [], [`image = "${testImage('1')}"`]),
      'services/more.toml': service('more', [], [`image = "${testImage('1')}"`]),
    }),
  },
];

/** Tells this try from others of the same risk: a version that failed its gate, or an image that was not found, is not tried again at once. */
function marked(text: string, mark: string): string {
  const own = text.replace(testImage('none'), testImage(`none-${mark.replace(/\W+/g, '-')}`));
  return own.includes('env = { ')
    ? own.replace('env = { ', `env = { MARK = "${mark}", `)
    : own.replace('stop_timeout', `env = { MARK = "${mark}" }\nstop_timeout`);
}

/** A node whose way in is a service of its own, and its resolver another. */
export class LockoutWorld {
  readonly home: FleetHome;
  readonly sshPort: number;
  readonly dnsPort: number;
  readonly sparePort: number;
  /** Where the proxy listens; undefined: there is none. */
  readonly webPort: number | undefined;

  private constructor(home: FleetHome, ports: readonly [number, number, number], webPort: number | undefined) {
    this.home = home;
    this.webPort = webPort;
    [this.sshPort, this.dnsPort, this.sparePort] = ports;
  }

  static async make({ isRouted = false } = {}): Promise<LockoutWorld> {
    await buildTestImage('1');
    const webPort = isRouted ? await freePort() : undefined;
    const home = await FleetHome.make(
      webPort === undefined ? { proxy: 'none' } : { listeners: { 8080: `127.0.0.1:${webPort}` } },
    );
    const world = new LockoutWorld(home, [await freePort(), await freePort(), await freePort()], webPort);
    await world.commitGood('all is well');
    await home.apply(0);
    return world;
  }

  /** What answers at the way in; undefined: nothing does. */
  async answers(port = this.sshPort): Promise<string | undefined> {
    try {
      const { body, status } = await get({ port, host: 'web.example.net', timeoutMs: 1000 });
      return status === 200 ? body.trim() : undefined;
    } catch {
      return undefined;
    }
  }

  async isReachable(): Promise<boolean> {
    const ports = [this.sshPort, this.dnsPort, ...(this.webPort === undefined ? [] : [this.webPort])];
    return (await Promise.all(ports.map((port) => this.answers(port)))).every((text) => text === '1');
  }

  commitGood(message: string): Promise<string> {
    return this.home.commit(message, {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n',
      'services/ssh.toml': ssh(this),
      'services/dns.toml': dns(this),
      ...(this.webPort === undefined ? {} : { 'services/web.toml': web('web.example.net') }),
    });
  }

  commitRisky({ files, name, trailer }: Risky): Promise<string> {
    const texts = Object.entries(files(this)).map(([path, text]) => [path, text && marked(text, name)] as const);
    return this.home.commit(trailer === undefined ? name : `${name}\n\n${trailer}`, Object.fromEntries(texts));
  }

  /** The window as the registry has it; undefined: none, or somebody has the registry for itself right now. */
  window(): ConfirmWindow | undefined {
    let registry: Registry | undefined;
    try {
      registry = openRegistry(join(this.home.state, 'registry.db'), { mode: 'read' });
      return registry.read(lastWindow);
    } catch (error) {
      if (isFleetError(error) && error.code === 'REGISTRY_BUSY') return undefined;
      throw error;
    } finally {
      void registry?.close();
    }
  }

  /** Processes that wait for the window's end, by their command line. */
  async watchdogs(): Promise<number[]> {
    const { readdir } = await import('node:fs/promises');
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
    const found: number[] = [];
    for (const pid of pids) {
      const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (words.includes(`--config\u0000${this.home.config}\u0000go-back`)) found.push(pid);
    }
    return found;
  }

  /** Until the window of this commit is settled and the way in answers again. @returns ms after the window's end */
  async isBack(commit: string): Promise<number> {
    for (;;) {
      const window = this.window();
      const overMs = window === undefined ? 0 : monotonicMs() - window.deadlineMs;
      if (window?.commit === commit && window.state === 'reverted' && (await this.isReachable())) return overMs;
      if (overMs > graceMs) throw new Error(`not back ${overMs} ms after the window: ${JSON.stringify(window)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
