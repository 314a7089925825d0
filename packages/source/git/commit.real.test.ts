import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commitFile, deleteFile, type FileEdit } from './commit.ts';
import { definition, type SampleRepository, Sandbox } from './sample-repository.fixture.ts';

let box: Sandbox;
let upstream: SampleRepository;
let repo: SampleRepository;
beforeEach(() => {
  box = new Sandbox();
  upstream = box.sample('upstream');
  upstream.git('config', 'receive.denyCurrentBranch', 'ignore');
  repo = box.clone(upstream, 'fleet');
});
afterEach(() => box.remove());

const path = 'services/web.toml';
const changed = definition.replace(':1', ':2');
const edit = (more: Partial<FileEdit> = {}): FileEdit => ({
  repo: repo.path,
  path,
  message: 'web: set image',
  push: false,
  ...more,
});
const commit = (more: Partial<FileEdit & { text: string }> = {}) =>
  commitFile(box.context(), { ...edit(more), text: more.text ?? changed });
const read = (name: string) => readFileSync(join(repo.path, name), 'utf8');
const status = () => repo.git('status', '--porcelain');

describe('a commit', () => {
  test('of the one file, with the caller’s identity and trailers', async () => {
    const before = repo.git('rev-parse', 'HEAD');
    const result = await commit({ trailers: ['Reconcile-Allow: remove db'] });
    expect(result.ok).toMatchObject({ commit: repo.git('rev-parse', 'HEAD'), pushed: false, behind: false });
    expect(repo.git('rev-parse', 'HEAD~1')).toBe(before);
    expect(repo.git('show', '-s', '--format=%an <%ae>%n%B')).toBe(
      'Ada <ada@example.net>\nweb: set image\n\nReconcile-Allow: remove db',
    );
    expect(repo.git('diff', '--name-only', 'HEAD~1')).toBe(path);
    expect(read(path)).toBe(changed);
    expect(status()).toBe('');
  });

  test('leaves what else is staged, edited and untracked as it is', async () => {
    repo.write('fleet.toml', 'staged\n');
    repo.git('add', 'fleet.toml');
    repo.write('fleet.toml', 'edited after staging\n');
    repo.write('services/untracked.toml', 'x');
    const before = status();
    expect((await commit()).ok).toBeDefined();
    expect(status()).toBe(before);
    expect(repo.git('show', ':fleet.toml')).toBe('staged');
    expect(repo.git('show', 'HEAD:fleet.toml')).toBe('name = "home"');
    expect(readdirSync(join(repo.path, '.git')).filter((name) => name.includes('reconcile'))).toEqual([]);
  });

  test('of a new file, in a new directory', async () => {
    expect((await commit({ path: 'services/new/site.conf', text: 'x' })).ok).toBeDefined();
    expect(repo.git('show', 'HEAD:services/new/site.conf')).toBe('x');
    expect(status()).toBe('');
  });

  test('of a new file that already lies there as it should be', async () => {
    repo.write('services/new.toml', 'x');
    expect((await commit({ path: 'services/new.toml', text: 'x' })).ok).toBeDefined();
    repo.write('services/other.toml', 'not that');
    expect(await commit({ path: 'services/other.toml', text: 'x' })).toMatchObject({ refused: 'Dirty' });
  });

  test('that removes the file', async () => {
    expect((await deleteFile(box.context(), edit())).ok).toBeDefined();
    expect(existsSync(join(repo.path, path))).toBe(false);
    expect(repo.git('ls-files')).toBe('fleet.toml');
    expect(status()).toBe('');
    expect(await deleteFile(box.context(), edit())).toMatchObject({ refused: 'Unchanged' });
  });

  test('keeps the file executable', async () => {
    chmodSync(join(repo.path, path), 0o755);
    repo.commit({});
    await commit();
    expect(repo.git('ls-tree', 'HEAD', path)).toContain('100755');
    expect(statSync(join(repo.path, path)).mode & 0o111).toBe(0o111);
  });

  test('in a linked work tree', async () => {
    repo.git('worktree', 'add', '-q', '-b', 'side', join(box.dir, 'side'));
    const result = await commit({ repo: join(box.dir, 'side') });
    expect(repo.git('rev-parse', 'side')).toBe(result.ok?.commit);
    expect(read(path)).toBe(definition);
  });

  test('is not taken for one when a line end is all that differs in the work tree', async () => {
    repo.write(path, definition.replaceAll('\n', '\r\n'));
    expect((await commit()).ok).toBeDefined();
  });
});

describe('refused, with the patch, and nothing changed', () => {
  test.each<[string, () => void, Partial<FileEdit & { text: string }>]>([
    ['Dirty', () => repo.write(path, 'edited'), {}],
    [
      'Dirty',
      () => {
        repo.write(path, 'staged');
        repo.git('add', path);
        repo.write(path, definition);
      },
      {},
    ],
    ['Dirty', () => rmSync(join(repo.path, path)), {}],
    [
      'Dirty',
      () => {
        rmSync(join(repo.path, 'services'), { recursive: true });
        mkdirSync(join(box.dir, 'out'));
        writeFileSync(join(box.dir, 'out/web.toml'), definition);
        symlinkSync(join(box.dir, 'out'), join(repo.path, 'services'));
      },
      {},
    ],
    [
      'Dirty',
      () => {
        rmSync(join(repo.path, path));
        symlinkSync('/etc/passwd', join(repo.path, path));
      },
      {},
    ],
    ['Unchanged', () => undefined, { text: definition }],
    ['Detached', () => repo.git('checkout', '-q', '--detach'), {}],
    ['Busy', () => writeFileSync(join(repo.path, '.git/index.lock'), ''), {}],
    ['Busy', () => writeFileSync(join(repo.path, '.git/MERGE_HEAD'), ''), {}],
    ['NoIdentity', () => writeFileSync(join(box.home, '.gitconfig'), '[user]\n\tuseConfigOnly = true\n'), {}],
  ])('%s', async (refused, make, more) => {
    make();
    const before = [repo.git('rev-parse', 'HEAD'), status()];
    const result = await commit(more);
    expect(result).toMatchObject({ refused });
    if (result.ok === undefined && refused !== 'Unchanged')
      expect(result.patch).toContain('+image = "example.net/web:2"');
    expect([repo.git('rev-parse', 'HEAD'), status()]).toEqual(before);
  });

  test('a bare repository, and no repository', async () => {
    box.clone(repo, 'bare.git', '--bare');
    expect(await commit({ repo: join(box.dir, 'bare.git') })).toMatchObject({ refused: 'NotACheckout' });
    expect(await commit({ repo: box.home })).toMatchObject({ refused: 'NotACheckout' });
  });

  test.each(['../x', '/etc/x', '.git/config', 'a/.GIT/x', 'a\nb'])(
    'a path like %j is nobody’s to write',
    async (bad) => {
      await expect(commit({ path: bad })).rejects.toMatchObject({ code: 'SOURCE_PATH' });
    },
  );
});

test('a branch that moves while we commit: undone', async () => {
  const host = box.host();
  let moved = '';
  const racing = {
    ...host,
    run: {
      ...host.run,
      run: (program: string, args: readonly string[], options: Parameters<typeof host.run.run>[2]) => {
        if (args.includes('update-ref')) moved = repo.git('commit-tree', 'HEAD^{tree}', '-p', 'HEAD', '-m', 'other');
        if (args.includes('update-ref')) repo.git('update-ref', 'refs/heads/main', moved);
        return host.run.run(program, args, options);
      },
    },
  };
  const result = await commitFile({ host: racing, signal: box.signal }, { ...edit(), text: changed });
  expect(result).toMatchObject({ refused: 'Busy' });
  expect(repo.git('rev-parse', 'HEAD')).toBe(moved);
  expect(status()).toBe('');
  expect(read(path)).toBe(definition);
});

describe('with a push', () => {
  const push = (more: Partial<FileEdit & { text: string }> = {}) => commit({ push: true, ...more });

  test('goes to the upstream', async () => {
    const result = await push();
    expect(result.ok).toMatchObject({ pushed: true, behind: false });
    expect(upstream.git('rev-parse', 'main')).toBe(result.ok?.commit);
    expect(repo.git('rev-parse', 'origin/main')).toBe(result.ok?.commit);
  });

  test('a branch without upstream is committed only', async () => {
    repo.git('switch', '-q', '-c', 'alone');
    expect((await push()).ok).toMatchObject({ pushed: false });
  });

  test('refused because others pushed: replayed once on top of theirs', async () => {
    const theirs = upstream.commit({ 'services/theirs.toml': 'x' });
    const result = await push();
    expect(result.ok).toMatchObject({ pushed: true, behind: false });
    expect(upstream.git('rev-parse', 'main~1')).toBe(theirs);
    expect(repo.git('rev-parse', 'HEAD')).toBe(result.ok?.commit);
    expect(read('services/theirs.toml')).toBe('x');
    expect(read(path)).toBe(changed);
    expect(status()).toBe('');
    expect(repo.git('for-each-ref', 'refs/reconcile')).toBe('');
  });

  test('replayed, though the checkout cannot follow', async () => {
    upstream.commit({ 'fleet.toml': 'theirs\n' });
    repo.write('fleet.toml', 'mine, not committed\n');
    const result = await push();
    expect(result.ok).toMatchObject({ pushed: true, behind: true });
    expect(upstream.git('show', `main:${path}`)).toBe(changed.trim());
    expect(read('fleet.toml')).toBe('mine, not committed\n');
  });

  test.each<[string, () => void]>([
    ['others changed the same file', () => void upstream.commit({ [path]: 'theirs' })],
    [
      'others removed it',
      () => {
        upstream.git('rm', '-q', path);
        upstream.commit({});
      },
    ],
    [
      'we have commits of our own that nobody pushed',
      () => {
        upstream.commit({ 'services/theirs.toml': 'x' });
        repo.commit({ 'services/mine.toml': 'x' });
      },
    ],
    ['history was rewritten there', () => void upstream.git('commit', '-q', '--amend', '-m', 'amended')],
    [
      'the remote refuses it',
      () =>
        writeFileSync(join(upstream.path, '.git/hooks/pre-receive'), '#!/bin/sh\necho protected >&2\nexit 1\n', {
          mode: 0o755,
        }),
    ],
    ['the remote is away', () => rmSync(upstream.path, { recursive: true })],
  ])('undone, with the patch: %s', async (_, make) => {
    make();
    const before = [repo.git('rev-parse', 'HEAD'), status(), read(path)];
    const result = await push();
    expect(result).toMatchObject({
      refused: 'PushRefused',
      patch: expect.stringContaining('+image = "example.net/web:2"'),
    });
    expect([repo.git('rev-parse', 'HEAD'), status(), read(path)]).toEqual(before);
    expect(repo.git('for-each-ref', 'refs/reconcile')).toBe('');
    if (result.ok === undefined) {
      repo.pipe(result.patch, 'apply', '-');
      expect(read(path)).toBe(changed);
    }
  });
});
