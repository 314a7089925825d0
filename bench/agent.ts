import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentEvent } from '@reconcile/agent/service';
import { AgentProcess } from '@reconcile/testkit/agent';
import { FleetHome } from '@reconcile/testkit/fleet';
import { buildTestImage, podman, testImage } from '@reconcile/testkit/podman';

// The agent's reaction, beside podman's own start over the same socket: `./dev shell npx tsx bench/agent.ts [services]`. Each
// container is killed once, since a second death within ten minutes is meant to wait.

const count = Number(process.argv[2] ?? 20);
const idleMs = 60_000;
const by = { issuer: 'unix', subject: 'bench', kind: 'person', scopes: [] } as const;

const service = (name: string, env = '') =>
  `name = "${name}"\n[[components]]\nname = "main"\nimage = "${testImage('1')}"\nnetwork = "none"\nstop_timeout = "1s"\n${env}`;
const names = Array.from({ length: count }, (_, i) => `s${String(i).padStart(3, '0')}`);

function figures(of: readonly number[]): string {
  const sorted = [...of].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(1);
  return `p50 ${at(0.5)} ms, min ${at(0)}, max ${at(1)} (${of.length} runs)`;
}

const say = (what: string, figure: string) => process.stdout.write(`${what.padEnd(34)} ${figure}\n`);

function processor(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function memory(pid: number): string {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return `${(Number(found?.[1]) / 1024).toFixed(1)} MiB`;
}

await buildTestImage('1');
const home = await FleetHome.make({ proxy: 'none', more: '[api]\nhttp = []\n' });
let agent: AgentProcess | undefined;
try {
  await home.commit('all', {
    'fleet.toml': 'name = "home"\nzone = "example.net"\n',
    ...Object.fromEntries(names.map((name) => [`services/${name}.toml`, service(name)])),
  });
  agent = await AgentProcess.start(home);
  await agent.converged();
  const end = new AbortController();
  const news: { readonly event: AgentEvent; readonly at: number }[] = [];
  const watched = await agent.service;
  void (async () => {
    for await (const event of watched.watch({ by, signal: end.signal })) news.push({ event, at: performance.now() });
  })();
  const heard = async (is: (event: AgentEvent) => boolean, from: number): Promise<number> => {
    for (const until = performance.now() + 30_000; performance.now() < until; await pause(1)) {
      const found = news.slice(from).find(({ event }) => is(event));
      if (found !== undefined) return found.at;
    }
    throw new Error('not heard within 30 s');
  };
  const isOf = (type: string, slot: string) => (event: AgentEvent) =>
    event.kind === 'event' && event.event.type === type && 'slot' in event.event && event.event.slot === slot;

  const planned: number[] = [];
  const running: number[] = [];
  for (const name of names.slice(0, Math.floor(count / 2))) {
    await agent.until(({ phase }) => phase === 'idle');
    const container = (await home.container(`${name}/main`)) ?? '';
    const pid = Number((await podman(['inspect', '--format', '{{.State.Pid}}', container])).stdout);
    const from = news.length;
    const killedAt = performance.now();
    process.kill(pid, 'SIGKILL');
    planned.push((await heard(isOf('action.started', `${name}/main`), from)) - killedAt);
    running.push((await heard(isOf('action.succeeded', `${name}/main`), from)) - killedAt);
  }
  say('killed to start begun', figures(planned));
  say('killed to running', figures(running));

  const raw: number[] = [];
  const socket = `${process.env.XDG_RUNTIME_DIR}/reconcile/podman.sock`;
  await agent.until(({ phase }) => phase === 'idle');
  for (let i = 0; i < 5; i++) {
    const { stdout } = await podman(['create', '--name', `raw${i}`, '--network', 'none', testImage('1')]);
    const startedAt = performance.now();
    execFileSync('curl', [
      '-sf',
      '-X',
      'POST',
      '--unix-socket',
      socket,
      `http://d/v4.0.0/libpod/containers/${stdout.trim()}/start`,
    ]);
    raw.push(performance.now() - startedAt);
    await podman(['rm', '-f', '-t', '0', `raw${i}`]);
  }
  say('start over the socket, by curl', figures(raw));

  const commits: number[] = [];
  for (const name of names.slice(-3)) {
    await agent.until(({ phase }) => phase === 'idle');
    const from = news.length;
    await home.commit('another', { [`services/${name}.toml`]: service(name, 'env = ["A=1"]\n') });
    const committedAt = performance.now();
    commits.push((await heard(isOf('action.started', `${name}/main`), from)) - committedAt);
    await agent.converged();
  }
  say('committed to first action', figures(commits));

  const before = await agent.state();
  const cpu = processor(agent.pid);
  const startedAt = performance.now();
  await pause(idleMs);
  const took = performance.now() - startedAt;
  const used = processor(agent.pid) - cpu;
  const state = await agent.state();
  say(
    'idle',
    `${((100 * used) / took).toFixed(2)} % of a processor, ${state.passes - before.passes} passes in ${Math.round(took / 1000)} s`,
  );
  say('quiet pass', `${state.last?.tookMs} ms (${state.last?.trigger})`);
  say('memory', `${memory(agent.pid)} resident`);
  say('event loop', `p99 ${state.vitals.loopDelayMs.p99} ms, longest ${state.vitals.loopDelayMs.max} ms`);
  end.abort();
} finally {
  await agent?.end();
  await home.close();
}
