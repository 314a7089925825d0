import { spawn } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { monotonicMs } from '@reconcile/registry/monotonic';
import { AgentProcess } from '@reconcile/testkit/agent';
import { podman } from '@reconcile/testkit/podman';
import type { Pick } from '../e2e/edits.fixture.ts';
import { picker } from '../e2e/edits-run.fixture.ts';
import { LockoutWorld, type Risky, risks, routed } from '../e2e/lockout.fixture.ts';
import type { CampaignEnd, CampaignOptions } from './main.ts';

/** Short, so that a hundred fit into half an hour; what is promised hangs on its end, not on its length. */
const windowS = 5;
/** The kill comes at a random moment of this much after the window was armed, ms. */
const killWithinMs = 3_000;

/** Who is killed with SIGKILL inside the window. Where nobody is left to go back, the next command comes after it. */
const kills = [
  { name: 'nobody', us: false, watchdog: false, agent: false },
  { name: 'us', us: true, watchdog: false, agent: false },
  { name: 'the agent', us: false, watchdog: false, agent: true },
  { name: 'us and the agent', us: true, watchdog: false, agent: true },
  { name: 'the watchdog', us: false, watchdog: true, agent: false },
  { name: 'everybody', us: true, watchdog: true, agent: true },
] as const;
type Kill = (typeof kills)[number];

interface Run {
  readonly risk: Risky;
  readonly kill: Kill;
  readonly hasAgent: boolean;
  readonly losesGit: boolean;
}

/** Risky changes, each tried with an open window, with somebody killed and the repository gone: every one goes back. */
export async function lockoutCampaign({ runs, say, seed }: CampaignOptions): Promise<CampaignEnd> {
  const pick = picker(seed);
  const drill = new Drill(await LockoutWorld.make({ isRouted: true }));
  const lateMs: number[] = [];
  const counts: Record<string, number> = {};
  try {
    await drill.writeData();
    for (let at = 1; at <= runs; at++) {
      const run = choose(pick);
      const words = `${run.risk.name}; ${run.hasAgent ? 'agent' : 'no agent'}; ${run.kill.name} killed${run.losesGit ? '; git gone' : ''}`;
      try {
        lateMs.push(await drill.run(run, at, pick));
      } catch (error) {
        throw new Error(`seed ${seed}, run ${at} (${words}): ${String(error)}`, { cause: error });
      }
      for (const key of [
        run.kill.name,
        run.hasAgent ? 'with an agent' : 'without an agent',
        run.losesGit ? 'git gone' : '',
      ])
        if (key !== '') counts[key] = (counts[key] ?? 0) + 1;
      say(`${at} back ${Math.round(lateMs.at(-1) ?? 0)} ms after the window: ${words}`);
    }
  } finally {
    await drill.close();
  }
  const sorted = [...lateMs].sort((a, b) => a - b);
  const tens = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return {
    isKept: lateMs.length === runs,
    figures: {
      'window, s': windowS,
      reverted: `${lateMs.length} of ${runs}`,
      'after the window, ms': `p50 ${Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)}, longest ${Math.round(sorted.at(-1) ?? 0)}`,
      killed: tens,
    },
  };
}

function choose(pick: Pick): Run {
  const hasAgent = pick([true, false]);
  const kill = pick(kills.filter(({ agent }) => hasAgent || !agent));
  return { risk: pick([...risks, routed]), kill, hasAgent, losesGit: pick([true, false]) };
}

/** One node through all runs: what was before a run is there after it, or the run is lost. */
class Drill {
  readonly #world: LockoutWorld;
  #agent: AgentProcess | undefined;

  constructor(world: LockoutWorld) {
    this.#world = world;
  }

  async writeData(): Promise<void> {
    await podman(['exec', await this.#ssh(), 'sh', '-c', 'echo kept >/data/note']);
  }

  /** @returns how long after its end what was before answered again, ms */
  async run(run: Run, at: number, pick: Pick): Promise<number> {
    const { home } = this.#world;
    await this.#haveAgent(run.hasAgent);
    // An agent follows its branch at once: what is tried there comes from another one.
    if (run.hasAgent) await home.git('checkout', '-q', '-B', 'try');
    const commit = await this.#world.commitRisky({ ...run.risk, name: `${run.risk.name}, run ${at}` });
    if (run.hasAgent) await home.git('checkout', '-q', 'main');
    const child = this.#try(run.hasAgent ? ['--ref', 'try'] : []);
    const deadlineMs = await this.#isArmed(commit);
    const repository = join(home.fleet, '.git');
    if (run.losesGit) await rename(repository, `${repository}.gone`);
    await pause(pick(Array.from({ length: killWithinMs }, (_, ms) => ms)));
    await this.#kill(run.kill, child);
    const back = this.#world.isBack(commit);
    if (run.kill.watchdog && (run.kill.agent || !run.hasAgent)) await this.#nextCommand(deadlineMs);
    const lateMs = await back;
    if (run.losesGit) await rename(`${repository}.gone`, repository);
    await this.#expectWhole();
    if (!run.hasAgent) await home.git('reset', '-q', '--hard', 'HEAD~1');
    return lateMs;
  }

  async close(): Promise<void> {
    await this.#agent?.end();
    await this.#world.home.close();
  }

  async #haveAgent(isWanted: boolean): Promise<void> {
    const isThere = this.#agent !== undefined;
    if (isThere && !isWanted) {
      await this.#agent?.end();
      this.#agent = undefined;
    }
    if (!isThere && isWanted) this.#agent = await AgentProcess.start(this.#world.home);
    if (isWanted) await this.#agent?.converged();
  }

  #try(more: readonly string[]) {
    const { home } = this.#world;
    const command = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'reconcile.js');
    const words = ['apply', '-y', '--confirm-within', `${windowS}s`, ...more];
    return spawn(process.execPath, [command, ...words], {
      cwd: home.fleet,
      env: { ...process.env, RECONCILE_CONFIG: home.config },
      stdio: 'ignore',
    });
  }

  /** @returns when its window ends, `monotonicMs` */
  async #isArmed(commit: string): Promise<number> {
    const until = performance.now() + 60_000;
    for (;;) {
      const window = this.#world.window();
      if (window?.commit === commit) return window.deadlineMs;
      if (performance.now() > until) throw new Error('no window was armed within 60 s');
      await pause(20);
    }
  }

  async #kill(who: Kill, child: ReturnType<typeof spawn>): Promise<void> {
    if (who.us) child.kill('SIGKILL');
    if (who.watchdog) for (const pid of await this.#world.watchdogs()) process.kill(pid, 'SIGKILL');
    if (!who.agent) return;
    await this.#agent?.end('SIGKILL');
    this.#agent = undefined;
  }

  /** As a timer, a person or a boot would: the first one after the window. */
  async #nextCommand(deadlineMs: number): Promise<void> {
    await pause(Math.max(0, deadlineMs - monotonicMs()));
    await this.#world.home.run('apply', '-y');
  }

  /** The same containers and no other, and what was written to them. */
  async #expectWhole(): Promise<void> {
    const listed = JSON.parse((await podman(['ps', '--format', 'json'])).stdout) as {
      readonly Labels: Readonly<Record<string, string>>;
    }[];
    const slots = listed
      .map(({ Labels }) => Labels['io.reconcile.slot'])
      .sort()
      .join(' ');
    if (slots !== 'dns/main ssh/main web/main') throw new Error(`there runs ${slots}`);
    const note = await podman(['exec', await this.#ssh(), 'cat', '/data/note']);
    if (note.stdout.trim() !== 'kept') throw new Error('its data is not what it was');
  }

  async #ssh(): Promise<string> {
    return (await this.#world.home.container('ssh/main')) ?? '';
  }
}
