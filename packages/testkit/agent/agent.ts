import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { findAgent, type Remote } from '@reconcile/agent/remote';
import type { AgentState } from '@reconcile/agent/service';
import type { Principal } from '@reconcile/core';
import type { FleetHome } from '../fleet/index.ts';

const by: Principal = { issuer: 'unix', subject: 'test', kind: 'person', scopes: ['admin'] };

/** Where `./dev build` puts the program. */
export const builtHere = join(import.meta.dirname, '..', '..', '..', 'dist');

/** The built `reconcile agent` of one test's node, as a process of its own. */
export class AgentProcess {
  readonly #home: FleetHome;
  readonly #child: ChildProcess;
  /** How it ended, once it has. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  #said = '';
  #remote: Promise<Remote | undefined> | undefined;

  private constructor(home: FleetHome, env: Readonly<Record<string, string>>, dist: string) {
    this.#home = home;
    this.#child = spawn(process.execPath, [join(dist, 'bin', 'reconcile.js'), 'agent'], {
      cwd: home.dir,
      env: { ...process.env, RECONCILE_CONFIG: home.config, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (text: Buffer) => {
      this.#said += text.toString('utf8');
    };
    this.#child.stdout?.on('data', hear);
    this.#child.stderr?.on('data', hear);
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
    });
  }

  /** Resolves once it can be asked. `dist`: of which build; this checkout's without it. */
  static async start(
    home: FleetHome,
    env: Readonly<Record<string, string>> = {},
    dist = builtHere,
  ): Promise<AgentProcess> {
    const agent = new AgentProcess(home, env, dist);
    await agent.#until(() => agent.#said.includes(' is up'), 30_000);
    return agent;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Everything it printed so far. */
  get said(): string {
    return this.#said;
  }

  get service() {
    return this.#connect().then(({ service }) => service);
  }

  async state(): Promise<AgentState> {
    return (await this.service).state({ by, signal: AbortSignal.timeout(10_000) });
  }

  /** Waits until its state is as wanted; what it was last is in the error. */
  async until(wanted: (state: AgentState) => boolean, timeoutMs = 60_000): Promise<AgentState> {
    let last: AgentState | undefined;
    await this.#until(async () => {
      last = await this.state();
      return wanted(last);
    }, timeoutMs).catch((error: unknown) => {
      throw new Error(`the agent's state did not come: ${JSON.stringify(last)}\n${this.#said}`, { cause: error });
    });
    if (last === undefined) throw new Error('no state');
    return last;
  }

  /** The last pass left nothing to do, and none is going on. */
  converged(commit?: string): Promise<AgentState> {
    return this.until(
      ({ last, phase, source }) =>
        phase === 'idle' && last?.outcome === 'converged' && (commit === undefined || source.commit === commit),
    );
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends it and gives its exit code; containers are nobody's business here. */
  async end(name: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    (await this.#remote?.catch(() => undefined))?.close();
    this.#remote = undefined;
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(name);
    return (await this.ended).code;
  }

  async #connect(): Promise<Remote> {
    this.#remote ??= findAgent({ stateDir: this.#home.state, node: 'rift' });
    const remote = await this.#remote;
    if (remote === undefined) throw new Error(`no agent runs\n${this.#said}`);
    return remote;
  }

  async #until(is: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
    const until = Date.now() + timeoutMs;
    while (!(await is())) {
      if (this.#child.exitCode !== null) throw new Error(`the agent ended with ${this.#child.exitCode}\n${this.#said}`);
      if (Date.now() > until) throw new Error(`not within ${timeoutMs} ms\n${this.#said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
