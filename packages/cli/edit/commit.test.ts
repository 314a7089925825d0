import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SampleRepository } from '../../source/git/sample-repository.fixture.ts';
import { EditBench, read } from './bench.fixture.ts';

// Verbs that change desired state, over real repositories; this machine is no node.

const path = 'services/web.toml';
const web = `# the web
name = "web"
image = "example.net/web:1"   # pinned by ops
env = ["LEVEL=info"]

[[routes]]
port = 8080          # plain
hostname = "web.example.net"
`;
const notes = `name = "notes"
depends_on = ["web"]

[[components]]
name = "db"
image = "example.net/db:16"

[[components]]
name = "app"
image = "example.net/notes:1"
`;

let bench: EditBench;
let upstream: SampleRepository;
let repo: SampleRepository;
beforeEach(async () => {
  bench = await EditBench.withClone({ [path]: web, 'services/notes.toml': notes });
  upstream = bench.repository('upstream');
  repo = bench.repository('fleet');
});
afterEach(() => bench.close());

const run = (...words: string[]) => bench.run(words, { cwd: repo.path });
const head = (format: string) => repo.git('show', '-s', `--format=${format}`);
const state = () => [
  repo.git('rev-parse', 'HEAD'),
  repo.git('status', '--porcelain'),
  upstream.git('rev-parse', 'main'),
];

describe('set', () => {
  test('an image: shown as a diff, committed alone by the caller, pushed; comments stay', async () => {
    repo.write('fleet.toml', 'name = "home" # edited, and no business of ours\n');
    const ran = await run('set', 'web', 'image=example.net/web:2');
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain(
      '-image = "example.net/web:1"   # pinned by ops\n+image = "example.net/web:2"   # pinned by ops\n',
    );
    expect(ran.out).toMatch(/committed and pushed [0-9a-f]{7} "web: set image = example.net\/web:2"/);
    expect(read(repo, path)).toBe(web.replace('web:1', 'web:2'));
    expect(head('%an <%ae> %s')).toBe('Ada <ada@example.net> web: set image = example.net/web:2');
    expect(repo.git('diff', '--name-only', 'HEAD~1', 'HEAD')).toBe(path);
    expect(repo.git('status', '--porcelain')).toBe('M fleet.toml');
    expect(upstream.git('rev-parse', 'main')).toBe(repo.git('rev-parse', 'HEAD'));
  });

  test('a value becomes what the field takes', async () => {
    const ran = await run('set', 'web', 'cpus=1.5', 'user=0', 'memory=512MiB', 'cmd=["-v"]');
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('+cpus = 1.5\n+user = "0"\n+memory = "512MiB"\n+cmd = ["-v"]\n');
  });

  test('several fields are one commit; values of variables are not in its message', async () => {
    expect((await run('set', 'web', 'env.TOKEN=abc', 'memory=64MiB')).code).toBe(0);
    expect(head('%B')).toBe('web: set env.TOKEN and 1 more\n\n- env.TOKEN\n- memory = 64MiB');
    expect(repo.git('rev-list', '--count', 'origin/main~1..HEAD')).toBe('1');
  });

  test('its own subject', async () => {
    await run('set', 'web', 'memory=64MiB', '-m', 'less is enough');
    expect(head('%s')).toBe('less is enough');
  });

  test.each<[readonly string[], string]>([
    [['web', 'image=example.net/web:latest'], 'EDIT_INVALID'],
    [['notes/ap', 'image=example.net/notes:2'], 'SET_FIELD'],
    [['web', 'image'], 'SET_SYNTAX'],
  ])('%j is refused: %s', async (words, code) => {
    const before = state();
    const ran = await run('set', ...words);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain(`[${code}]`);
    expect(state()).toEqual(before);
  });

  test('a refusal names the known ones, the nearest one, and every problem with its place', async () => {
    expect((await run('set', 'nots', 'memory=1g')).err).toMatch(/one of notes, web[\s\S]*did you mean notes\?/);
    expect((await run('set', 'notes', 'image=example.net/x:1')).err).toContain('name the component: db, app');
    const ran = await run('set', 'web', 'memory=1x', 'cpus=0');
    expect(ran.err).toMatch(/services\/web\.toml:\d+:\d+ {2}memory/);
    expect(ran.err).toMatch(/services\/web\.toml:\d+:\d+ {2}cpus/);
    const json = JSON.parse((await run('set', 'web', 'memory=1x', 'cpus=0', '-o', 'json')).out);
    expect(json).toMatchObject({ error: { code: 'EDIT_INVALID' }, diagnostics: [{ line: 5 }, { line: 6 }] });
  });

  test('what others have wrong stays their business; what the change breaks elsewhere does not', async () => {
    repo.commit({ 'services/bad.toml': 'name = "bad"\nimage = "bad"\n' });
    repo.git('push', '-q');
    const ran = await run('set', 'web', 'memory=64MiB');
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('services/bad.toml:2:9');
    const broken = await run('undeploy', 'web');
    expect(broken.code).toBe(1);
    expect(broken.err).toContain('services/notes.toml:2:');
    expect(existsSync(join(repo.path, path))).toBe(true);
  });
});

describe('other verbs', () => {
  test('stop and start, each at most once', async () => {
    expect((await run('stop', 'web')).code).toBe(0);
    expect(read(repo, path)).toContain('active = false');
    expect(head('%s')).toBe('web: stop');
    const before = state();
    const again = await run('stop', 'web');
    expect(again).toMatchObject({ code: 0 });
    expect(again.out).toContain('already says so; nothing to commit');
    expect(state()).toEqual(before);
    expect((await run('start', 'web')).code).toBe(0);
    expect(read(repo, path)).toContain('active = true');
    expect((await run('start', 'notes')).out).toContain('nothing to commit');
  });

  test('undeploy removes the one file, with the word that lets it pass; mounted files stay and are named', async () => {
    repo.commit({ 'services/notes/app.ini': 'x' });
    const ran = await run('undeploy', 'notes');
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('services/notes/ stays (1 file');
    expect(head('%B')).toBe('notes: undeploy\n\nReconcile-Allow: remove notes');
    expect(repo.git('ls-files', 'services')).toBe('services/notes/app.ini\nservices/web.toml');
  });

  test('deploy declares a new service, and replaces a definition', async () => {
    const file = join(bench.box.dir, 'new.toml');
    writeFileSync(file, 'name = "blog"\nimage = "example.net/blog:1"\n');
    expect((await run('deploy', 'blog', file)).code).toBe(0);
    expect(repo.git('show', 'HEAD:services/blog.toml')).toBe('name = "blog"\nimage = "example.net/blog:1"');
    writeFileSync(file, 'name = "blog"\nimage = "example.net/blog:2" # two\n');
    expect((await run('deploy', 'blog', file)).code).toBe(0);
    expect(read(repo, 'services/blog.toml')).toContain(':2" # two');
    expect((await run('deploy', 'blog', file)).out).toContain('nothing to commit');
    const wrong = await run('deploy', 'web', file);
    expect(wrong.err).toMatch(/name = "web"[\s\S]*name = "blog"[\s\S]*reconcile deploy blog/);
    expect((await run('deploy', 'web', '/nowhere/x.toml')).err).toContain('[DEFINITION_UNREADABLE]');
  });

  test('a definition under another file name is found by the name inside', async () => {
    repo.git('mv', path, 'services/www.toml');
    repo.commit({});
    expect((await run('stop', 'web')).code).toBe(0);
    expect(read(repo, 'services/www.toml')).toContain('active = false');
  });

  test('take a whole service', async () => {
    expect((await run('undeploy', 'notes/app')).err).toMatch(/a whole service[\s\S]*reconcile undeploy notes/);
  });
});

describe('a person', () => {
  const asked = (answer: boolean, ...words: string[]) => bench.run(words, { cwd: repo.path, answer });

  test('is asked, and no means no', async () => {
    const before = state();
    const ran = await asked(false, 'set', 'web', 'memory=64MiB');
    expect(ran).toMatchObject({ code: 2 });
    expect(ran.out).toContain('+memory = "64MiB"');
    expect(ran.out).toContain('Nothing was done.');
    expect(state()).toEqual(before);
    expect((await asked(true, 'set', 'web', 'memory=64MiB')).code).toBe(0);
    expect(bench.asked).toBe(2);
  });

  test('is not asked with -y, nor by a program, nor about what cannot be done', async () => {
    await asked(false, 'set', 'web', 'memory=64MiB', '-y');
    await asked(false, 'set', 'web', 'memory=65MiB', '-o', 'json');
    repo.write(path, 'dirty');
    await asked(false, 'set', 'web', 'memory=66MiB');
    expect(bench.asked).toBe(0);
    expect(head('%s')).toBe('web: set memory = 65MiB');
  });
});

describe('refused: the patch is printed, exit 1, nothing changed', () => {
  test.each<[string, () => void]>([
    ['Dirty', () => repo.write(path, `${web}# mine\n`)],
    ['Detached', () => repo.git('checkout', '-q', '--detach')],
    ['PushRefused', () => void upstream.commit({ [path]: web.replace('info', 'theirs') })],
  ])('%s', async (refused, make) => {
    make();
    const before = [repo.git('rev-parse', 'HEAD'), repo.git('status', '--porcelain')];
    const ran = await run('set', 'web', 'image=example.net/web:2');
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('[EDIT_REFUSED]');
    expect(ran.err).toContain(`${refused}:`);
    expect([repo.git('rev-parse', 'HEAD'), repo.git('status', '--porcelain')]).toEqual(before);
    repo.git('checkout', '-q', '-f', 'HEAD', '--', path);
    repo.pipe(ran.out, 'apply', '-');
    expect(read(repo, path)).toBe(web.replace('web:1', 'web:2'));
  });

  test('for a program: the reason and the patch', async () => {
    repo.write(path, 'mine');
    const json = JSON.parse((await run('set', 'web', 'image=example.net/web:2', '-o', 'json')).out);
    expect(json).toMatchObject({ error: { code: 'EDIT_REFUSED' }, patch: expect.stringContaining('+image') });
  });

  test('a push that others were faster with is replayed once on theirs', async () => {
    const theirs = upstream.commit({ 'services/theirs.toml': 'name = "theirs"\nimage = "example.net/x:1"\n' });
    expect((await run('set', 'web', 'image=example.net/web:2')).code).toBe(0);
    expect(upstream.git('rev-parse', 'main~1')).toBe(theirs);
    expect(upstream.git('rev-parse', 'main')).toBe(repo.git('rev-parse', 'HEAD'));
  });

  test('without an upstream there is nothing to push', async () => {
    repo.git('switch', '-q', '-c', 'alone');
    const ran = await run('set', 'web', 'image=example.net/web:2');
    expect(ran.code).toBe(0);
    expect(ran.out).toMatch(/^committed [0-9a-f]{7}/m);
  });
});

test('git’s own variables say who commits', async () => {
  const env = {
    GIT_AUTHOR_NAME: 'Grace',
    GIT_AUTHOR_EMAIL: 'grace@example.net',
    GIT_COMMITTER_NAME: 'Bot',
    GIT_COMMITTER_EMAIL: 'bot@example.net',
  };
  await bench.run(['stop', 'web'], { cwd: repo.path, env });
  expect(head('%an %ae %cn %ce')).toBe('Grace grace@example.net Bot bot@example.net');
});
