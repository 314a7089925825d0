import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openRegistry } from '@reconcile/registry';
import { buildPlatformImages, FleetHome, platformFiles, platformTable } from '@reconcile/testkit/fleet';
import { comparable, podman } from '@reconcile/testkit/podman';

/** One container as `inspect` shows it. */
export interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Config: { readonly Labels: Readonly<Record<string, string>>; readonly Env: readonly string[] };
  readonly State: { readonly Pid: number; readonly StartedAt: string; readonly Running: boolean };
}

/** The platform's twelve containers, converged, and what can happen to them. */
export class PlatformHome {
  readonly home: FleetHome;

  private constructor(home: FleetHome) {
    this.home = home;
  }

  static async make(): Promise<PlatformHome> {
    await buildPlatformImages();
    const home = await FleetHome.make({ proxy: 'none', mounts: ['/'], flags: ['host-network'] });
    for (const { volume } of Object.values(platformTable)) mkdirSync(join(home.dir, volume), { recursive: true });
    await home.commit('the platform', await platformFiles(join(home.dir, 'srv')));
    await home.apply(0);
    return new PlatformHome(home);
  }

  /** Every container of ours that podman knows, by slot. */
  async inspect(): Promise<Map<string, Inspected>> {
    const { stdout } = await podman(['ps', '-aq', '--filter', 'label=io.reconcile.node=rift']);
    const ids = stdout.trim().split('\n').filter(Boolean);
    if (ids.length === 0) return new Map();
    const found = JSON.parse((await podman(['inspect', '--type', 'container', ...ids])).stdout) as Inspected[];
    return new Map(found.map((one) => [one.Config.Labels['io.reconcile.slot'] ?? '', one]));
  }

  /** podman's database goes, images and storage stay (performance.md 6.2). */
  async loseDatabase(): Promise<void> {
    const { stdout } = await podman(['info', '--format', '{{.Store.GraphRoot}}']);
    for (const name of ['libpod/bolt_state.db', 'db.sql', 'db.sql-wal', 'db.sql-shm'])
      await rm(join(stdout.trim(), name), { force: true });
  }

  /** What the registry knows of this boot is made to be about an earlier one, as after a real reboot. */
  async forgetBoot(): Promise<void> {
    await this.edit((rows) => rows.run("UPDATE slot SET ready_boot = 'an-earlier-one'"));
  }

  async edit(work: (rows: { run: (sql: string, ...values: string[]) => unknown }) => void): Promise<void> {
    const registry = openRegistry(join(this.home.state, 'registry.db'), { mode: 'write' });
    await registry.write((rows) => work(rows as never));
    await registry.close();
  }
}

/**
 * By slot: all that must be the same of a container that was made again. Of one with a user and started twice podman 4.3.1 shows
 * a `HOME=/` that nobody gave it.
 */
export function comparables(found: ReadonlyMap<string, Inspected>): Record<string, unknown> {
  const given = (one: Inspected) => ({
    ...one,
    Config: { ...one.Config, Env: one.Config.Env.filter((entry) => entry !== 'HOME=/') },
  });
  return Object.fromEntries([...found].map(([slot, one]) => [slot, comparable(given(one))]));
}

/** By slot: the process itself. */
export function processes(found: ReadonlyMap<string, Inspected>): Record<string, string> {
  return Object.fromEntries([...found].map(([slot, { Id, State }]) => [slot, `${Id} ${State.Pid} ${State.StartedAt}`]));
}

/** Stage of each slot of the platform. */
export function stageOf(slot: string): number {
  const order = [['mcns'], ['mc-proxy', 'mcr', 'metacrypt'], ['mcp-master']];
  const at = order.findIndex((names) => names.includes(slot.split('/')[0] ?? ''));
  return at < 0 ? order.length : at;
}

/** Slots that were started before everything of a lower stage was. */
export function outOfOrder(found: ReadonlyMap<string, Inspected>): string[] {
  const started = [...found].map(([slot, { State }]) => ({
    slot,
    stage: stageOf(slot),
    at: Date.parse(State.StartedAt),
  }));
  return started
    .filter((late) => started.some((early) => early.stage < late.stage && early.at > late.at))
    .map(({ slot }) => slot);
}
