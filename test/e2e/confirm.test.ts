import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentProcess } from '@reconcile/testkit/agent';
import { noRealPodman } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LockoutWorld, type Risky, risks } from './lockout.fixture.ts';

// A change that cuts the operator off goes back by itself: without the repository, with us killed, with the agent killed.

const reason = noRealPodman();

const identity = {
  GIT_AUTHOR_NAME: 'ops',
  GIT_AUTHOR_EMAIL: 'ops@example.net',
  GIT_COMMITTER_NAME: 'ops',
  GIT_COMMITTER_EMAIL: 'ops@example.net',
};

function risk(name: string): Risky {
  const found = risks.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no risk ${name}`);
  return found;
}

describe.skipIf(reason !== undefined)(`changes that have to be confirmed ${reason ?? ''}`, () => {
  let world: LockoutWorld;
  const repository = () => join(world.home.fleet, '.git');

  beforeAll(async () => {
    world = await LockoutWorld.make();
  });
  afterAll(() => world?.home.close());

  it('nobody confirms: what was before comes back without git, and the commit is held until a newer one', async () => {
    const { home } = world;
    const before = await home.container('ssh/main');
    const commit = await world.commitRisky(risk('all at once, and more'));
    const tried = await home.run('apply', '-y', '--confirm-within', '4s');
    expect(tried.stdout).toContain('it goes back by itself after 4 s unless: reconcile confirm');
    expect(tried.stdout).toContain('stays:    data: what a new version writes to it is not put back');
    expect(tried.code).toBe(3);
    await rename(repository(), `${repository()}.gone`);
    await world.isBack(commit);
    await rename(`${repository()}.gone`, repository());
    expect(await home.container('ssh/main')).toBe(before);
    expect(await home.container('extra/main')).toBeUndefined();

    for (const words of [['plan'], ['apply', '-y']]) {
      const { code, stderr, stdout } = await home.run(...words);
      expect(stderr).toContain('source: Reverted');
      expect(stdout).toMatch(/HELD h[0-9a-f]{6} +[0-9a-f]{7} was not confirmed in time/);
      expect(code).toBe(3);
    }
    expect((await home.run('explain', 'ssh')).stdout).toContain('was not confirmed in time');
    expect((await home.run('confirm')).stderr).toContain('[CONFIRM_LATE]');
    expect(await world.isReachable()).toBe(true);

    const [hold] = (await home.plan()).held;
    expect(hold).toMatchObject({ code: 'Reverted', confirmable: true, services: ['dns', 'extra', 'more', 'ssh'] });
    await world.commitGood('well again');
    await home.git('rm', '-q', 'services/extra.toml', 'services/more.toml');
    await home.git('commit', '-q', '-m', 'and nothing more');
    await home.apply(0);
  });

  it('confirmed in time, it stays', async () => {
    const { home } = world;
    const commit = await world.commitRisky(risk('switched off'));
    const tried = await home.run('apply', '-y', '--confirm-within', '60s');
    expect(tried.code).toBe(3);
    expect((await home.run('status')).stdout).toContain('reconcile confirm');
    expect((await home.run('apply', '-y', '--confirm-within', '60s')).stderr).toContain('[CONFIRM_OPEN]');
    const confirmed = await home.run('confirm');
    expect(confirmed.stdout).toContain(`${commit.slice(0, 7)} is confirmed and stays`);
    expect(confirmed.code).toBe(0);
    await expect.poll(() => world.watchdogs(), { timeout: 10_000 }).toEqual([]);
    expect(await home.container('ssh/main')).toBeUndefined();
    expect((await home.run('confirm')).stderr).toContain('[CONFIRM_NONE]');
    await world.commitGood('well again');
    await home.apply(0);
    expect((await home.run('apply', '--confirm-within', '5s')).code).toBe(0);

    // The branch forgets all of that: it is asked about, and the node still knows what it once took.
    await home.git('checkout', '-q', '--orphan', 'fresh');
    await world.commitGood('as if nothing had been');
    await home.git('branch', '-q', '-M', 'fresh', 'main');
    expect((await home.run('apply', '-y')).stderr).toContain('source: HistoryRewritten');
    await home.apply(0, '--accept-history');
    const back = await home.runWith(identity, 'rollback', 'ssh', '--to', commit.slice(0, 7), '-y');
    expect(back.stdout).toContain(`back to ${commit.slice(0, 7)} as this node took it`);
    expect(back.code).toBe(0);
    expect(await home.container('ssh/main')).toBeUndefined();
    await world.commitGood('well again');
    await home.apply(0);
  });

  it('an agent tries a commit of another branch, and is killed: it comes back all the same', async () => {
    const { home } = world;
    await home.git('checkout', '-q', '-b', 'try');
    const commit = await world.commitRisky(risk('another port'));
    await home.git('checkout', '-q', 'main');
    const agent = await AgentProcess.start(home);
    await agent.converged();
    const tried = await home.run('apply', '-y', '--ref', 'try', '--confirm-within', '3s');
    expect(tried.code).toBe(3);
    expect(await world.answers(world.sparePort)).toBe('1');
    await agent.end('SIGKILL');
    await world.isBack(commit);
    await home.apply(0);
  });
});
