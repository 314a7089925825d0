import { mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noRealPodman } from '@reconcile/testkit/podman';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Alive, fleetToml, GoodHome, small } from './bad.fixture.ts';

// Whatever is in the repository, or is not any more: it is named, the last good commit goes on, nothing is lost.

const reason = noRealPodman();

describe.skipIf(reason !== undefined)(`bad definitions and repositories ${reason ?? ''}`, () => {
  let good: GoodHome;
  let before: Record<string, Alive>;
  let head: string;

  const git = (...args: readonly string[]) => good.home.git(...args);
  const inGit = (path: string) => join(good.home.fleet, '.git', path);

  beforeAll(async () => {
    good = await GoodHome.make();
    head = (await git('rev-parse', 'HEAD')).trim();
    before = await good.alive();
  });
  afterAll(() => good?.home.close());
  afterEach(async () => {
    await good.expectWhole(before);
    await git('reset', '-q', '--hard', head);
  });

  /** A pass goes on with the last good commit, says what is wrong and what to do, and ends with 3: `plan` and `apply` alike. */
  async function expectTold(code: string, ...words: readonly (string | RegExp)[]): Promise<void> {
    for (const command of [['plan'], ['apply', '-y']]) {
      const outcome = await good.run(...command);
      expect(outcome.stderr).toContain(`source: ${code}  `);
      expect(outcome.stderr).toContain(`going on with ${head.slice(0, 7)}`);
      expect(outcome.stderr).toMatch(/^ +next +\S/m);
      for (const word of words) expect(outcome.stderr).toMatch(word);
      expect(outcome.stdout).toContain('converged: 2 services, 2 containers');
      expect(outcome.code).toBe(3);
    }
  }

  it('definitions that cannot be read: every one is told, with its place and what to write instead', async () => {
    const bad = (more: string) => small({ name: 'bad', more });
    const image = (ref: string) => small({ name: 'bad', image: ref });
    await good.home.commit('bad', {
      'services/half.toml': small({ name: 'half' }).slice(0, 60),
      'services/hangs.toml': 'a=[1 #',
      'services/noise.toml': '\u0000\u0001\ufffd',
      'services/poison.toml': `${small({ name: 'poison' })}[__proto__]\na = 1\n`,
      'services/deep.toml': `x = ${'['.repeat(5000)}`,
      'services/option.toml': image('--privileged'),
      'services/variables.toml': bad('env = { "A*" = "x", "B\\nC" = "y" }'),
      'services/outside.toml': bad('[[components.files]]\ntarget = "/x"\nsource = "../../../etc/passwd"'),
      'services/latest.toml': image('docker.io/library/nginx:latest'),
      'services/short.toml': image('nginx:1.27'),
      'services/memory.toml': `${image('docker.io/library/nginx:1.27').split('[components.update]')[0]}[[components.routes]]\nport = 8080\nhostname = "bad.example.net"\nmemory = "64M"\n`,
    });
    await expectTold(
      'Invalid',
      /has \d\d errors and is not applied/,
      /half\.toml:4:9 +unfinished string/,
      /hangs\.toml:1:7 /,
      /noise\.toml:1:1 /,
      /poison\.toml:10:\d+ .*unsafe/,
      /deep\.toml:1:\d+ .*nested/,
      /option\.toml:4:9 .*image: "--privileged": not an image reference/,
      /variables\.toml:6:\d+ .*env\."A\*": expected a variable name/,
      /outside\.toml.*"\.\.\/\.\.\/\.\.\/etc\/passwd" is not a path below services\/<service>\//,
      /latest\.toml:4:9 .*:latest means another program tomorrow/,
      /short\.toml:4:9 .*\n.*docker\.io\/library\/nginx:1\.27/,
      /memory\.toml:\d+:1 .*memory.*\n?.*component/,
    );
  });

  it('definitions that contradict each other: both sides are named', async () => {
    const port = /127\.0\.0\.1:(\d+):/.exec(good.web)?.[1];
    await good.home.commit('bad', {
      'services/same.toml': small({ name: 'web' }),
      'services/port.toml': small({ name: 'port', port: Number(port) }),
      'services/a.toml': `depends_on = ["b"]\n${small({ name: 'a' })}`,
      'services/b.toml': `depends_on = ["a"]\n${small({ name: 'b' })}`,
    });
    await expectTold('Invalid', /service "web" is defined in services\/same\.toml too/);
    await git('rm', '-q', 'services/same.toml');
    await git('commit', '-q', '-m', 'still bad');
    await expectTold(
      'Invalid',
      new RegExp(`web\\.toml:6:.*${port}/tcp is published by port/main in services/port\\.toml too`),
      /services wait for each other: a → b → a/,
    );
  });

  it('huge: refused by its size, before it is read', async () => {
    await good.home.commit('huge', { 'services/bad.toml': '#'.repeat(300 * 1024) });
    await expectTold('TooLarge', /services\/bad\.toml has 307200 bytes, at most 262144 are accepted/);
  });

  it('bad definitions do not keep a killed container of a good service down', async () => {
    await good.home.commit('bad', { 'services/bad.toml': 'a=[1 #' });
    await good.expectRepairs('3');
    before = await good.alive();
  });

  it('everything removed by a commit: empty is not an answer', async () => {
    await git('rm', '-q', '-r', 'services', 'fleet.toml');
    await git('commit', '-q', '-m', 'empty');
    await expectTold('Empty', /neither fleet\.toml nor services/);
  });

  it('every service removed by a commit: held by name until a person confirms, and kept running', async () => {
    await git('rm', '-q', '-r', 'services');
    await git('commit', '-q', '-m', 'no services');
    await good.home.apply(3);
    const plan = await good.home.plan();
    expect(plan.actions).toEqual([]);
    expect(plan.held).toMatchObject([
      { code: 'EmptySource', confirmable: true, services: ['other', 'web'], data: ['web-data'] },
    ]);
    const told = await good.run('plan');
    expect(told.stdout).toContain(`reconcile apply --confirm ${plan.held[0]?.id}`);
    await git('reset', '-q', '--hard', head);
    await good.home.apply(0);
  });

  it('the repository is gone, or is none any more', async () => {
    await rename(inGit(''), `${good.home.dir}/away`);
    try {
      await expectTold('Missing', /not a git repository/);
      await mkdir(inGit(''));
      await expectTold('Missing', /not a git repository/);
    } finally {
      await rm(inGit(''), { recursive: true, force: true });
      await rename(`${good.home.dir}/away`, inGit(''));
    }
  });

  it('the branch is gone', async () => {
    await git('branch', '-m', 'main', 'other');
    await expectTold('Missing', /no branch main/);
    await git('branch', '-m', 'other', 'main');
  });

  it.each([
    ['to the commit before', ['reset', '-q', '--hard', 'HEAD~1']],
    ['to another one in its place', ['commit', '-q', '--amend', '--allow-empty', '-m', 'rewritten']],
  ])('the branch was rewound %s: nothing follows it until somebody says so', async (_, rewind) => {
    head = await good.home.commit('a newer one', { README: 'newer' });
    await good.home.apply(0);
    await git(...rewind);
    await expectTold('HistoryRewritten', /does not descend from/, /reconcile apply --accept-history/);
    await good.home.apply(0, '--accept-history');
    await good.home.apply(0);
    head = (await git('rev-parse', 'HEAD')).trim();
  });

  it('damaged: the branch holds no commit, its file was cut, its objects are noise', async () => {
    const ref = inGit('refs/heads/main');
    await writeFile(ref, '');
    await expectTold('Corrupt', /holds no commit id/, /fsck/);
    await writeFile(ref, `${head}\n`);
    const commit = await good.home.commit('new', { 'fleet.toml': `${fleetToml}# new\n` });
    const blob = (await git('rev-parse', 'HEAD:fleet.toml')).trim();
    const object = inGit(`objects/${blob.slice(0, 2)}/${blob.slice(2)}`);
    const bytes = await readFile(object);
    await rm(object);
    await expectTold('Corrupt', new RegExp(commit.slice(0, 12)));
    await writeFile(object, bytes);
    await truncate(object, 10);
    await expectTold('Corrupt', /fsck/);
    await writeFile(object, bytes);
  });

  it('locks that a killed git left keep nobody from looking', async () => {
    for (const lock of ['index.lock', 'refs/heads/main.lock', 'packed-refs.lock']) await writeFile(inGit(lock), '');
    await good.home.apply(0);
    for (const lock of ['index.lock', 'refs/heads/main.lock', 'packed-refs.lock']) await rm(inGit(lock));
  });
});
