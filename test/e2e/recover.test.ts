import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { noRealPodman, podman } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { powerCut } from './boot.fixture.ts';
import { comparables, outOfOrder, PlatformHome, processes } from './recover.fixture.ts';

// The platform's twelve containers and the two incidents of its history, injected into real rootless podman. Times are printed
// beside what podman alone takes for the same.

const reason = noRealPodman();
const said: string[] = [];
const tell = (text: string) => said.push(text);

describe.skipIf(reason !== undefined)(`recovery ${reason ?? ''}`, () => {
  let world: PlatformHome;
  let oursMs = Number.NaN;

  beforeAll(async () => {
    world = await PlatformHome.make();
  });
  afterAll(async () => {
    process.stdout.write(said.map((text) => `recovery: ${text}\n`).join(''));
    await world?.home.close();
  });

  async function recover(
    wanted: number,
    ...more: readonly string[]
  ): Promise<{ ms: number; stdout: string; stderr: string }> {
    const startedAt = performance.now();
    const outcome = await world.home.run('recover', '-y', ...more);
    const ms = performance.now() - startedAt;
    expect(outcome.code, `${outcome.stdout}\n${outcome.stderr}`).toBe(wanted);
    return { ms, stdout: outcome.stdout, stderr: outcome.stderr };
  }

  /**
   * What podman alone takes for the same work: leftovers removed, then twelve `podman run` lines as `render` prints them, one after
   * the other, no order and no gates (performance.md 6.2). Afterwards this node takes them over.
   */
  async function rawAgain(count: number): Promise<void> {
    const rendered = JSON.parse((await world.home.run('render', '--json')).stdout) as { command: string }[];
    expect(rendered).toHaveLength(count);
    await powerCut();
    await world.loseDatabase();
    await podman(['ps', '-a']);
    const startedAt = performance.now();
    const script = `podman ps -a --external -q | xargs -r podman rm -f -t 0 >/dev/null; ${rendered.map(({ command }) => `${command} >/dev/null`).join('; ')}`;
    await promisify(execFile)('sh', ['-c', script], { timeout: 120_000 });
    const rawMs = performance.now() - startedAt;
    tell(`the same by podman run alone, in a row: ${Math.round(rawMs)} ms; ours took ${(oursMs / rawMs).toFixed(2)}x`);
    await world.home.apply(0);
    await nothingLeft();
  }

  async function nothingLeft(): Promise<void> {
    const plan = await world.home.plan();
    expect(plan.actions).toEqual([]);
    expect(plan.exit).toBe(0);
    expect((plan as { conditions?: unknown }).conditions).toBeUndefined();
    const { stdout } = await podman(['ps', '-a', '--external', '--format', '{{.Status}}']);
    expect(stdout).not.toContain('Storage');
    expect(stdout.trim().split('\n')).toHaveLength(12);
  }

  it('database lost while everything runs: told, released, and made again as it was', async () => {
    const before = await world.inspect();
    expect(before.size).toBe(12);
    await world.loseDatabase();
    const plan = await world.home.run('plan');
    expect(plan.stdout).toMatch(/! RuntimeStateLost +podman's database has lost 12 of the 12 containers of this node/);
    expect((await world.home.run('status')).stdout).toMatch(/RuntimeStateLost/);
    const doctor = await world.home.run('doctor');
    expect(doctor.stdout).toMatch(/RUNTIME_STATE_LOST/);
    const { ms, stderr } = await recover(0);
    expect(stderr).toMatch(/12 known to the storage alone: released with their processes and ports, then made anew/);
    const after = await world.inspect();
    expect(comparables(after)).toEqual(comparables(before));
    expect(outOfOrder(after)).toEqual([]);
    await nothingLeft();
    tell(`database lost, all running: ${Math.round(ms)} ms`);
  });

  it('database lost after a reboot', async () => {
    const before = await world.inspect();
    await powerCut();
    await world.loseDatabase();
    await world.forgetBoot();
    const { ms } = await recover(0);
    const after = await world.inspect();
    expect(comparables(after)).toEqual(comparables(before));
    expect(outOfOrder(after)).toEqual([]);
    await nothingLeft();
    tell(`database lost after a reboot: ${Math.round(ms)} ms`);
    oursMs = ms;
  });

  it('a reboot alone: the same containers, started in stage order', async () => {
    const before = await world.inspect();
    await powerCut();
    await world.forgetBoot();
    const { ms, stderr } = await recover(0);
    expect(stderr).toMatch(/12 there and down: started/);
    const after = await world.inspect();
    expect([...after.values()].map(({ Id }) => Id).sort()).toEqual([...before.values()].map(({ Id }) => Id).sort());
    expect([...after.values()].every(({ State }) => State.Running)).toBe(true);
    expect(outOfOrder(after)).toEqual([]);
    await nothingLeft();
    tell(`reboot alone: ${Math.round(ms)} ms`);
  });

  it('registry deleted: rebuilt from git, labels and what runs, no container restarted or doubled', async () => {
    const before = processes(await world.inspect());
    for (const name of await readdir(world.home.state))
      if (name.startsWith('registry.db')) await rm(join(world.home.state, name));
    const { ms, stderr } = await recover(0);
    expect(stderr).toMatch(/12 containers running as recorded: left alone/);
    expect(processes(await world.inspect())).toEqual(before);
    await nothingLeft();
    tell(`registry deleted: ${Math.round(ms)} ms`);
  });

  it('registry damaged: moved aside, never deleted; the same', async () => {
    const before = processes(await world.inspect());
    for (const suffix of ['-wal', '-shm']) await rm(join(world.home.state, `registry.db${suffix}`), { force: true });
    await writeFile(join(world.home.state, 'registry.db'), 'no database at all\n'.repeat(500));
    await recover(0);
    expect(processes(await world.inspect())).toEqual(before);
    const aside = (await readdir(world.home.state, { recursive: true })).filter((name) =>
      /registry.*(?:damaged|corrupt|aside|bad)/i.test(name),
    );
    expect(aside.length).toBeGreaterThan(0);
    await nothingLeft();
  });

  it('database cut short: RuntimeBroken with its cause, nothing is written; recover moves it aside and brings all back', async () => {
    const before = await world.inspect();
    const { stdout } = await podman(['info', '--format', '{{.Store.GraphRoot}}']);
    const root = stdout.trim();
    // BoltDB to 4.x, SQLite since.
    const database = ['libpod/bolt_state.db', 'db.sql'].find((name) => existsSync(join(root, name))) ?? 'none';
    await powerCut();
    await truncate(join(root, database), 4096);
    for (const suffix of ['-wal', '-shm']) await rm(join(root, `${database}${suffix}`), { force: true });
    const plan = await world.home.run('plan');
    expect(plan.code).toBe(3);
    expect(plan.stdout).toMatch(/! RuntimeBroken .*(?:file size too small|malformed)/s);
    const applied = await world.home.run('apply', '-y');
    expect(applied.code).toBe(3);
    await world.forgetBoot();
    const { ms, stderr } = await recover(0);
    expect(stderr).toMatch(new RegExp(`move +\\S+${database} .* \\S+${database}.damaged-\\d`));
    const beside = await readdir(dirname(join(root, database)));
    expect(beside.some((name) => name.startsWith(`${basename(database)}.damaged-`))).toBe(true);
    expect(comparables(await world.inspect())).toEqual(comparables(before));
    await nothingLeft();
    tell(`database cut short, after a reboot: ${Math.round(ms)} ms`);
  });

  it('a changed user id is refused before the first write, with both ids and what not to do', async () => {
    const before = processes(await world.inspect());
    const stamp = async () =>
      (await podman(['ps', '-a', '--format', '{{.ID}} {{.Status}}'])).stdout.replace(/Up .*/g, 'Up');
    const podmanBefore = await stamp();
    const uid = process.getuid?.() ?? 0;
    await world.edit((rows) =>
      rows.run("UPDATE note SET value_json = json_set(value_json, '$.uid', 995) WHERE name = 'podman/identity'"),
    );
    const plan = await world.home.run('plan');
    expect(plan.code).toBe(3);
    expect(plan.stdout).toMatch(/! RuntimeMismatch .*user id 995.*user id \d+/s);
    expect(plan.stdout).not.toMatch(/create|remove/);
    for (const words of [
      ['apply', '-y'],
      ['recover', '-y'],
      ['restart', 'mcq'],
    ]) {
      const outcome = await world.home.run(...words);
      expect(outcome.code, words.join(' ')).not.toBe(0);
      expect(outcome.stdout + outcome.stderr, words.join(' ')).toMatch(/995/);
      expect(outcome.stdout + outcome.stderr, words.join(' ')).toMatch(new RegExp(`\\b${uid}\\b`));
    }
    const restart = await world.home.run('restart', 'mcq');
    expect(restart.stderr + restart.stdout).toMatch(
      /NODE_UNFIT.*never usermod -u a user with rootless containers|usermod -u 995/s,
    );
    expect((await world.home.run('doctor')).stdout).toMatch(/UID_CHANGED/);
    expect(await stamp()).toBe(podmanBefore);
    expect(processes(await world.inspect())).toEqual(before);
    await world.edit((rows) =>
      rows.run(`UPDATE note SET value_json = json_set(value_json, '$.uid', ${uid}) WHERE name = 'podman/identity'`),
    );
    await nothingLeft();
  });

  it('beside podman alone, for the same work', async () => {
    await rawAgain((await world.inspect()).size);
  });
});
