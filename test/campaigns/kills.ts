import { setTimeout as pause } from 'node:timers/promises';
import { AgentProcess } from '@reconcile/testkit/agent';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, podman, testImage } from '@reconcile/testkit/podman';
import { type LoadReport, startLoad } from '@reconcile/testkit/proxy';
import { lifeOf, processesOf } from '../e2e/companions.fixture.ts';
import { picker } from '../e2e/edits-run.fixture.ts';
import type { CampaignEnd, CampaignOptions } from './main.ts';

// SIGKILL for containers and everything beside them, one after another, while requests come in through the proxy. Whatever was hit is well
// again, and whoever was not hit keeps its process.

const services = 20;
const zone = 'example.net';
const healsWithinMs = 60_000;
/** Of all kills, 99 in 100 are to be healed within this. */
const promisedMs = 5_000;

const victims = [
  ...Array<'the program'>(6).fill('the program'),
  ...Array<'its monitor'>(3).fill('its monitor'),
  ...Array<'program and monitor'>(2).fill('program and monitor'),
  ...Array<'its port forwarder'>(3).fill('its port forwarder'),
  ...Array<'its way out'>(2).fill('its way out'),
  'what answers for names',
  ...Array<'the agent'>(2).fill('the agent'),
  'the podman service',
] as const;
type Victim = (typeof victims)[number];

/** Every other one in a network with a name; all but the first few behind the proxy too. */
function definition(at: number, port: number): string {
  return `name = "${nameOf(at)}"
[[components]]
name = "main"
image = "${testImage('1')}"
stop_timeout = "1s"
ports = ["127.0.0.1:${port}:8080"]
${isNamed(at) ? 'network = "inner"\n' : ''}
[components.health]
type = "http"
path = "/healthz"
port = 8080
interval = "1s"
timeout = "1s"
failures = 2
[[components.routes]]
port = 8080
container_port = 8080
hostname = "${nameOf(at)}.${zone}"
`;
}

const nameOf = (at: number) => `s${String(at).padStart(2, '0')}`;
const isNamed = (at: number) => at % 4 === 3;

export async function killsCampaign({ runs, say, seed }: CampaignOptions): Promise<CampaignEnd> {
  const pick = picker(seed);
  const node = await Node.make();
  const took = new Map<Victim, number[]>();
  const unneeded: string[] = [];
  let healed = 0;
  const load = node.load();
  let asked: LoadReport | undefined;
  try {
    for (let run = 1; run <= runs; run++) {
      const victim = pick(victims);
      const among = Array.from({ length: services }, (_, one) => one).filter(fits(victim));
      // Turned by one each time: with a generator this simple one draw says much about the next.
      const at = among[(among.indexOf(pick(among)) + run) % among.length] ?? 0;
      const before = await node.lives();
      const startedAt = performance.now();
      const hit = await node.kill(victim, at, before);
      await node.healed(hit);
      const ms = performance.now() - startedAt;
      healed++;
      took.set(victim, [...(took.get(victim) ?? []), ms]);
      const others = await node.othersRestarted(hit, before);
      if (others.length > 0) unneeded.push(`run ${run}, ${victim} of ${hit.name}: ${others.join(' ')}`);
      say(
        `${run} ${victim} of ${hit.name}: ${Math.round(ms)} ms${others.length > 0 ? `; ALSO ${others.join(' ')}` : ''}`,
      );
      await node.forgive(hit);
    }
    asked = await load.stop();
  } finally {
    asked ??= await load.stop();
    await node.close();
  }
  const all = [...took.values()].flat().sort((a, b) => a - b);
  const p99 = all[Math.min(all.length - 1, Math.ceil(all.length * 0.99) - 1)] ?? Number.POSITIVE_INFINITY;
  return {
    isKept: healed === runs && unneeded.length === 0 && p99 <= promisedMs,
    figures: {
      healed: `${healed} of ${runs}`,
      'restarts of others': unneeded.length === 0 ? 0 : unneeded,
      'kill to well again, ms': told(all),
      ...Object.fromEntries([...took].map(([victim, ms]) => [victim, told([...ms].sort((a, b) => a - b))])),
      requests: asked.total,
      'requests without an answer': asked.failures.length,
      'slowest request, ms': asked.slowestMs,
    },
  };
}

function told(sorted: readonly number[]): string {
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0);
  return `${sorted.length}: p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`;
}

/** Only where there is such a process. */
const fits = (victim: Victim) => (at: number) => {
  if (victim === 'its way out') return !isNamed(at);
  return victim !== 'what answers for names' || isNamed(at);
};

interface Hit {
  readonly victim: Victim;
  readonly name: string;
  readonly at: number;
  /** Process of its container before. */
  readonly pid: number;
}

interface Row {
  readonly Id: string;
  readonly Pid: number;
  readonly StartedAt: number;
  readonly State: string;
  readonly Labels: Readonly<Record<string, string>>;
}

class Node {
  readonly #home: FleetHome;
  readonly #ports: readonly number[];
  readonly #proxyPort: number;
  #agent: AgentProcess;

  private constructor(of: { home: FleetHome; ports: readonly number[]; proxyPort: number; agent: AgentProcess }) {
    this.#home = of.home;
    this.#ports = of.ports;
    this.#proxyPort = of.proxyPort;
    this.#agent = of.agent;
  }

  static async make(): Promise<Node> {
    await buildTestImage('1');
    const proxyPort = await freePort();
    const ports: number[] = [];
    for (let at = 0; at < services; at++) ports.push(await freePort());
    const home = await FleetHome.make({ listeners: { 8080: `127.0.0.1:${proxyPort}` }, more: '[api]\nhttp = []\n' });
    await home.commit('services', {
      'fleet.toml': `name = "home"\nzone = "${zone}"\n`,
      ...Object.fromEntries(ports.map((port, at) => [`services/${nameOf(at)}.toml`, definition(at, port)])),
    });
    const agent = await AgentProcess.start(home);
    await agent.converged();
    return new Node({ home, ports, proxyPort, agent });
  }

  load() {
    const targets = this.#ports.map((_, at) => ({
      port: this.#proxyPort,
      host: `${nameOf(at)}.${zone}`,
      timeoutMs: healsWithinMs,
      isRight: (body: string) => body.trim() === '1',
    }));
    return startLoad(targets, 20);
  }

  /** Slot → one life of its container. */
  async lives(): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.#rows()).map((row) => [slotOf(row), `${row.Id} ${row.Pid} ${row.StartedAt}`]));
  }

  async kill(victim: Victim, at: number, before: ReadonlyMap<string, string>): Promise<Hit> {
    const name = nameOf(at);
    const id = before.get(`${name}/main`)?.split(' ')[0] ?? '';
    const life = await lifeOf(id);
    for (const pid of await this.#pids(victim, life)) killed(pid);
    if (victim === 'the agent') {
      await this.#agent.ended;
      this.#agent = await AgentProcess.start(this.#home);
    }
    return { victim, name, at, pid: life.pid };
  }

  /** Another process answers on its port, where it had to be another one; the agent has nothing left to do. */
  async healed({ at, name, pid, victim }: Hit): Promise<void> {
    const isSame = victim === 'the agent' || victim === 'the podman service';
    const until = performance.now() + healsWithinMs;
    for (;;) {
      const row = (await this.#rows()).find((one) => slotOf(one) === `${name}/main`);
      const isAnother = victim === 'what answers for names' ? await this.#hasNames() : isSame || row?.Pid !== pid;
      if (row?.State === 'running' && isAnother && (await this.#answers(at))) break;
      await pause(50);
      if (performance.now() > until) throw new Error(`${victim} of ${name} is not healed: ${JSON.stringify(row)}`);
    }
    if (isSame) await this.#agent.converged();
  }

  async othersRestarted({ name, victim }: Hit, before: ReadonlyMap<string, string>): Promise<readonly string[]> {
    await this.#agent.converged();
    const now = await this.lives();
    const others = [...before].filter(([slot, life]) => slot !== `${name}/main` && now.get(slot) !== life);
    const slots = others.map(([slot]) => slot);
    // Any one of that network brings the names of all back.
    return victim === 'what answers for names' && slots.length === 1 ? [] : slots;
  }

  /** A person's word: what is killed a hundred times in an hour would wait longer each time. */
  async forgive({ name, victim }: Hit): Promise<void> {
    const names = victim === 'what answers for names' ? this.#ports.map((_, at) => nameOf(at)) : [name];
    for (const one of names) await this.#home.run('retry', one);
    await this.#agent.converged();
  }

  async close(): Promise<void> {
    await this.#agent.end();
    await this.#home.close();
  }

  async #pids(victim: Victim, life: Awaited<ReturnType<typeof lifeOf>>): Promise<readonly number[]> {
    const monitor = () => processesOf(['conmon', life.id]);
    switch (victim) {
      case 'the program':
        return [life.pid];
      case 'its monitor':
        return monitor();
      case 'program and monitor':
        return [...(await monitor()), life.pid];
      case 'its port forwarder':
        return processesOf(['rootlessport'], life.netns);
      case 'its way out':
        return processesOf(['slirp4netns', life.sandbox]);
      case 'what answers for names':
        return processesOf(['aardvark-dns']);
      case 'the agent':
        return [this.#agent.pid];
      case 'the podman service':
        return processesOf(['podman', 'system', 'service']);
    }
  }

  async #hasNames(): Promise<boolean> {
    return (await processesOf(['aardvark-dns'])).length > 0;
  }

  async #rows(): Promise<readonly Row[]> {
    const { stdout } = await podman(['ps', '-a', '--format', 'json']);
    return JSON.parse(stdout) as readonly Row[];
  }

  async #answers(at: number): Promise<boolean> {
    const asked = fetch(`http://127.0.0.1:${this.#ports[at]}/healthz`, { signal: AbortSignal.timeout(1_000) });
    return asked.then(
      async (answer) => answer.ok && (await answer.text()).trim() === 'ok',
      () => false,
    );
  }
}

/** One half of a forwarder ends with the other. */
function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const slotOf = ({ Labels }: Row) => Labels['io.reconcile.slot'] ?? '';
