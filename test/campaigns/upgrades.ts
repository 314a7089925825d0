import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentProcess, builtHere } from '@reconcile/testkit/agent';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, podman } from '@reconcile/testkit/podman';
import { startLoad } from '@reconcile/testkit/proxy';
import { picker } from '../e2e/edits-run.fixture.ts';
import { type Download, openDownload } from './download.ts';
import { pageDefinition, workers, zone } from './load.ts';
import type { CampaignEnd, CampaignOptions } from './main.ts';

// One version of the agent after another on one node, while requests and long downloads go through the proxy: no container is
// restarted, no connection cut, nothing reloaded.

const services = 20;
const versions = ['0.0.9', '0.1.0', '0.2.0'] as const;
const perSecond = 50;
const downloads = 4;
/** Longer than any run of this. */
const foreverS = 100_000;

const nameOf = (at: number) => `s${String(at).padStart(2, '0')}`;

export async function upgradesCampaign({ runs, say, seed }: CampaignOptions): Promise<CampaignEnd> {
  const pick = picker(seed);
  await buildTestImage('1');
  const port = await freePort();
  const home = await FleetHome.make({
    tlsListeners: { 443: `127.0.0.1:${port}` },
    more: '[drivers.internal-ca]\n[api]\nhttp = []\n',
  });
  const builds = new Map<string, string>();
  for (const version of versions) builds.set(version, await buildOf(home, version));
  let agent = await AgentProcess.start(home, {}, builds.get('0.1.0'));
  let now = '0.1.0';
  const open: Download[] = [];
  try {
    await home.commit('services', {
      'fleet.toml': `name = "home"\nzone = "${zone}"\n`,
      ...Object.fromEntries(
        Array.from({ length: services }, (_, at) => [`services/${nameOf(at)}.toml`, pageDefinition(nameOf(at), 0)]),
      ),
    });
    await agent.converged((await home.git('rev-parse', 'HEAD')).trim());
    const ca = (await home.run('cert', 'root')).stdout;
    const before = { lives: await lives(), workers: (await workers(home)).join(' ') };
    for (let at = 0; at < downloads; at++)
      open.push(await openDownload({ port, ca, host: `${nameOf(at)}.${zone}`, forS: foreverS }));
    const targets = Array.from({ length: services }, (_, at) => ({
      ...{ port, ca, host: `${nameOf(at)}.${zone}`, timeoutMs: 30_000 },
      isRight: (body: string) => body.trim() === `${nameOf(at)}-0`,
    }));
    const load = startLoad(targets, perSecond);
    const did = { upgrades: 0, downgrades: 0, killed: 0 };
    const upMs: number[] = [];
    for (let run = 1; run <= runs; run++) {
      const next = pick(versions.filter((version) => version !== now));
      const isKilled = pick([false, false, false, true]);
      if (next > now) did.upgrades++;
      else did.downgrades++;
      if (isKilled) did.killed++;
      const startedAt = performance.now();
      await agent.end(isKilled ? 'SIGKILL' : 'SIGTERM');
      agent = await AgentProcess.start(home, {}, builds.get(next));
      const state = await agent.converged();
      upMs.push(performance.now() - startedAt);
      if (state.version !== next) throw new Error(`run ${run}: it says ${state.version}, wanted ${next}`);
      say(`${run} ${now} → ${next}${isKilled ? ', killed' : ''}: converged after ${Math.round(upMs.at(-1) ?? 0)} ms`);
      now = next;
    }
    const asked = await load.stop();
    const after = await lives();
    const restarted = [...before.lives].filter(([slot, life]) => after.get(slot) !== life).map(([slot]) => slot);
    const cut = open.filter((one) => !one.isOpen()).length;
    const isReloaded = (await workers(home)).join(' ') !== before.workers;
    const isSame = restarted.length === 0 && after.size === before.lives.size;
    const sorted = upMs.sort((a, b) => a - b);
    return {
      isKept: isSame && cut === 0 && asked.failures.length === 0 && !isReloaded,
      figures: {
        ...did,
        'containers restarted': isSame ? 0 : restarted,
        requests: asked.total,
        'failed or wrong': asked.failures.length === 0 ? 0 : asked.failures.slice(0, 5),
        'slowest request, ms': asked.slowestMs,
        'downloads cut': `${cut} of ${downloads}`,
        'proxy reloaded': isReloaded ? 'yes' : 'no',
        'end to converged, ms': `p50 ${Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)}, longest ${Math.round(sorted.at(-1) ?? 0)}`,
      },
    };
  } finally {
    for (const one of open) one.close();
    await agent.end();
    await home.close();
  }
}

/** This checkout's program under another version: what it writes and compares may not hang on that. */
async function buildOf(home: FleetHome, version: string): Promise<string> {
  const { version: own } = JSON.parse(await readFile(join(builtHere, 'package.json'), 'utf8')) as { version: string };
  const dist = join(home.dir, `reconcile-${version}`);
  await cp(builtHere, dist, { recursive: true });
  const main = join(dist, 'lib', 'reconcile.js');
  const text = await readFile(main, 'utf8');
  const said = `version: "${own}"`;
  if (text.split(said).length !== 2) throw new Error(`${main} does not say ${said} once`);
  await writeFile(main, text.replace(said, `version: "${version}"`));
  // V8 knows a script by its length alone.
  await rm(`${main}.cache`);
  return dist;
}

/** Slot → one life of its container. */
async function lives(): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await podman(['ps', '-a', '--format', 'json']);
  const rows = JSON.parse(stdout) as readonly {
    readonly Id: string;
    readonly Pid: number;
    readonly StartedAt: number;
    readonly Labels: Readonly<Record<string, string>>;
  }[];
  return new Map(
    rows.map(({ Id, Labels, Pid, StartedAt }) => [Labels['io.reconcile.slot'] ?? Id, `${Id} ${Pid} ${StartedAt}`]),
  );
}
