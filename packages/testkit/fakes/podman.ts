import { createHash } from 'node:crypto';
import type { PodmanClients, StoreFacts } from '@reconcile/drivers/podman/client';
import type { Host } from '@reconcile/host';
import { fakeClient } from './podman-client.ts';
import { emptyState, type FakeFaults, type FakeState, noFaults } from './podman-state.ts';

export interface FakePodmanOptions {
  /** A directory that stands for the run root: pid files are real files. */
  readonly runRoot: string;
}

/**
 * podman in memory, behind the client contract, with podman 4.3.1's habits: it never notices that a process or its
 * monitor died, `start` of a running container does nothing, `rm` of a leftover ends no process.
 */
export class FakePodman {
  readonly state: FakeState = emptyState();
  readonly faults: FakeFaults = noFaults();
  /** Every call that arrived, by name: `create web-1`. */
  readonly calls: string[] = [];
  readonly #options: FakePodmanOptions;
  #ticks = 1000;
  #ids = 0;
  readonly #pulled = new Map<string, string>();

  constructor(options: FakePodmanOptions) {
    this.#options = options;
  }

  get store(): StoreFacts {
    const { runRoot } = this.#options;
    return {
      graphRoot: `${runRoot}/none`,
      runRoot,
      driver: 'overlay',
      volumePath: `${runRoot}/none/volumes`,
      version: '4.3.1',
      uidMap: '0:1000:1,1:100000:65536',
      gidMap: '0:1000:1,1:100000:65536',
    };
  }

  nextId(): string {
    return createHash('sha256')
      .update(`fake ${this.#ids++}`)
      .digest('hex');
  }

  /** A new live process. Pids are beyond what Linux gives, so none of this machine's is meant. */
  nextProcess(): number {
    const pid = 5_000_000 + this.#ticks;
    this.state.processes.set(pid, this.#ticks++);
    return pid;
  }

  addImage(name: string, labels: Readonly<Record<string, string>> = {}): string {
    const id = this.nextId();
    this.state.images.set(id, { id, names: [name], digests: [], digest: '', bytes: 1000, labels });
    return id;
  }

  /** A registry goes on giving the same image for a reference. */
  pullImage(ref: string): string {
    const id = this.#pulled.get(ref) ?? this.nextId();
    this.#pulled.set(ref, id);
    this.state.images.set(id, { id, names: [ref], digests: [], digest: '', bytes: 1000, labels: {} });
    return id;
  }

  clients(): PodmanClients {
    const client = async (host: Host, signal: AbortSignal) => fakeClient(this, host, signal);
    return { reader: (host, signal) => client(host as Host, signal), writer: client };
  }

  /** The container's process dies, and its monitor too: podman goes on calling it running. */
  killUnseen(name: string): void {
    const one = this.state.containers.get(name);
    const processes = one === undefined ? undefined : this.state.running.get(one.id);
    if (processes === undefined) return;
    this.state.processes.delete(processes.pid);
    this.state.processes.delete(processes.monitor);
  }

  /** The process ends and podman sees it. */
  exit(name: string, code: number, at: number): void {
    const one = this.state.containers.get(name);
    if (one === undefined || one.state !== 'running') return;
    this.endProcesses(one.id);
    Object.assign(one, { state: 'exited', pid: 0, exitCode: code, exitedAt: at });
  }

  endProcesses(id: string): void {
    const processes = this.state.running.get(id);
    if (processes === undefined) return;
    this.state.processes.delete(processes.pid);
    this.state.processes.delete(processes.monitor);
    this.state.running.delete(id);
  }

  /** The database is gone: names are left in storage, processes run on. */
  loseDatabase(): void {
    for (const [name, one] of this.state.containers) this.state.leftovers.set(name, one.id);
    this.state.containers.clear();
    this.state.volumes.clear();
  }

  /** This machine's host, in which the stand-in's processes exist too. */
  host(base: Host): Host {
    const pidOf = (path: string) => Number(/^\/proc\/(\d+)\//.exec(path)?.[1] ?? 0);
    const procFile = (path: string): string | undefined => {
      const pid = pidOf(path);
      const found = [...this.state.running].find(([, p]) => p.pid === pid || p.monitor === pid);
      if (found === undefined || !this.state.processes.has(pid)) return undefined;
      const [id, { monitor }] = found;
      if (path.endsWith('/cmdline')) return pid === monitor ? `/usr/bin/conmon\0-c\0${id}\0` : 'web\0';
      if (path.endsWith('/stat')) return `${pid} (x) S ${this.#parentOf(pid)} 0`;
      return 'NSpid:\t1\t1\n';
    };
    return {
      ...base,
      proc: {
        ...base.proc,
        startTicks: async (pid) => this.state.processes.get(pid),
        parent: async (pid) => this.#parentOf(pid),
      },
      files: {
        ...base.files,
        text: async (path, options) => (pidOf(path) >= 5_000_000 ? procFile(path) : base.files.text(path, options)),
      },
      kill: async (pid, ticks) => {
        if (this.state.processes.get(pid) !== ticks) return false;
        this.endByPid(pid);
        return true;
      },
    };
  }

  /** Children of the dead are given to pid 1. */
  #parentOf(pid: number): number | undefined {
    if (!this.state.processes.has(pid)) return undefined;
    const monitor = [...this.state.running.values()].find((p) => p.pid === pid)?.monitor;
    return monitor !== undefined && this.state.processes.has(monitor) ? monitor : 1;
  }

  /** A process that ends takes its monitor along, as conmon does. */
  endByPid(pid: number): void {
    this.state.processes.delete(pid);
    for (const [, p] of this.state.running) if (p.pid === pid) this.state.processes.delete(p.monitor);
  }
}
