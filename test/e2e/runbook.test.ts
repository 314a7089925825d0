import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noRealPodman } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { powerCut } from './boot.fixture.ts';
import { comparables, outOfOrder, PlatformHome, processes } from './recover.fixture.ts';

// The document is tested by doing what it says, with a shell and podman alone: no Node and no reconcile in reach.

const reason = noRealPodman();
const checker = join(process.env.RECONCILE_SERVERS ?? '/nowhere', 'usr/bin/shellcheck');

describe.skipIf(reason !== undefined)(`the runbook ${reason ?? ''}`, () => {
  let world: PlatformHome;
  let book: string;

  beforeAll(async () => {
    world = await PlatformHome.make();
    book = join(world.home.dir, 'runbook.md');
    expect((await world.home.run('runbook', '--out', book)).code).toBe(0);
  });
  afterAll(() => world?.home.close());

  /** As the document itself says it is done. */
  async function follow(): Promise<{ code: number; said: string; ms: number }> {
    const line = /^ {4}(sed .*)$/m.exec(await readFile(book, 'utf8'))?.[1] ?? 'exit 1';
    const env = { PATH: '/usr/bin:/bin', HOME: process.env.HOME, XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR };
    const startedAt = performance.now();
    return new Promise((resolve) => {
      const child = execFile(
        '/bin/sh',
        ['-c', line],
        { cwd: world.home.dir, env, timeout: 160_000 },
        (_error, stdout, stderr) =>
          resolve({ code: child.exitCode ?? -1, said: stdout + stderr, ms: performance.now() - startedAt }),
      );
    });
  }

  /** Its blocks in a row are a clean POSIX script. */
  it('is a script that a checker has nothing to say about', async (test) => {
    const text = await readFile(book, 'utf8');
    const script = join(world.home.dir, 'runbook.sh');
    const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, body]) => body);
    expect(blocks.length).toBeGreaterThan(15);
    await writeFile(script, `#!/bin/sh\nset -eu\n${blocks.join('')}`);
    const found = await new Promise<string | undefined>((resolve) => {
      execFile(checker, ['--shell=sh', '--severity=warning', script], (error, stdout) =>
        resolve((error as NodeJS.ErrnoException | null)?.code === 'ENOENT' ? undefined : stdout),
      );
    });
    if (found === undefined) return test.skip('no shellcheck here');
    expect(found).toBe('');
  });

  it('names who, in which order, with which images, and what must stay', async () => {
    const text = await readFile(book, 'utf8');
    expect(text).toMatch(/Never `usermod -u` it/);
    expect(text).toMatch(/Order: foundation, then core, then management, then services\./);
    expect(text.match(/^podman image exists /gm)).toHaveLength(12);
    expect(text).toContain(`- ${join(world.home.dir, 'srv/mcns')}\n`);
    expect((await world.home.run('runbook')).stdout).toBe(text);
  });

  it('done while all is well, it changes nothing', async () => {
    const before = [...(await world.inspect())].map(([slot, { Id, State }]) => [slot, Id, State.Pid]);
    const { code, said } = await follow();
    expect(code, said).toBe(0);
    expect(said).not.toContain('LATE');
    expect([...(await world.inspect())].map(([slot, { Id, State }]) => [slot, Id, State.Pid])).toEqual(before);
  });

  it('brings all back after a power cut and a lost database, in order; the next pass has nothing to do', async () => {
    const before = comparables(await world.inspect());
    await powerCut();
    await world.loseDatabase();
    const { code, ms, said } = await follow();
    expect(code, said).toBe(0);
    expect(said.match(/^released /gm)).toHaveLength(12);
    expect(said).not.toContain('LATE');
    await sameAndInOrder(before);
    process.stdout.write(`runbook: power cut and database lost, by hand: ${Math.round(ms)} ms\n`);
  });

  it('the same with everything still running: ports are let go of', async () => {
    const before = comparables(await world.inspect());
    await world.loseDatabase();
    const { code, said } = await follow();
    expect(code, said).toBe(0);
    await sameAndInOrder(before);
  });

  it('is written while podman is out of order, and says the same containers', async () => {
    const good = await readFile(book, 'utf8');
    const bin = join(world.home.dir, 'bin');
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, 'podman'), '#!/bin/sh\necho "Error: file size too small" >&2\nexit 125\n', {
      mode: 0o755,
    });
    await rm(join(process.env.XDG_RUNTIME_DIR ?? '', 'reconcile', 'podman.sock'), { force: true });
    const outcome = await world.home.runWith({ PATH: `${bin}:${process.env.PATH}` }, 'runbook');
    const runs = (text: string) => [...text.matchAll(/^ {2}podman run .*$/gm)].map(([line]) => line);
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(runs(outcome.stdout)).toEqual(runs(good));
  });

  async function sameAndInOrder(before: Record<string, unknown>): Promise<void> {
    const after = await world.inspect();
    expect(after.size).toBe(12);
    expect(outOfOrder(after)).toEqual([]);
    // The line carries the definition's restart policy, since nobody else restarts then.
    const withoutRestart = (all: Record<string, unknown>) =>
      JSON.parse(JSON.stringify(all).replaceAll(/"RestartPolicy":\{[^}]*\}/g, '"RestartPolicy":null'));
    expect(withoutRestart(comparables(after))).toEqual(withoutRestart(before));
    // Nothing is made, started, stopped or removed: what is there only has to pass its gate once, as everything new to the registry.
    const plan = await world.home.plan();
    const verbs = new Set(plan.actions.filter(({ kind }) => kind === 'container').map(({ verb }) => verb));
    expect([...verbs].filter((verb) => verb !== 'await')).toEqual([]);
    await world.home.apply(0);
    expect(processes(await world.inspect())).toEqual(processes(after));
    expect((await world.home.plan()).exit).toBe(0);
  }
});
