import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createReadHost } from '@reconcile/host/reading';
import { recordingHost } from '@reconcile/host/recording';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { definition, type SampleRepository, Sandbox, texts } from './sample-repository.fixture.ts';
import { gitSource } from './source.ts';

let box: Sandbox;
let repo: SampleRepository;
let first = '';
beforeEach(() => {
  box = new Sandbox();
  repo = box.sample('fleet');
  first = repo.git('rev-parse', 'HEAD');
});
afterEach(() => box.remove());

const source = (more = {}) => gitSource(box.settings(repo.path, more));

describe('a snapshot', () => {
  test('is all files of one commit, with who and when', async () => {
    repo.write('services/web/site.conf', 'conf');
    repo.write('ca/rift.pem', 'pem');
    repo.write('README.md', 'not ours');
    const head = repo.commit({ 'bin/x': 'not ours' }, 'Second\n\nBody.');
    const result = await source().snapshot(box.context());
    expect(result.ok).toMatchObject({
      source: 'git',
      commit: head,
      message: 'Second\n\nBody.',
      author: 'Ada <ada@example.net>',
      warnings: [],
    });
    expect(result.ok?.at).toBe(Number(repo.git('log', '-1', '--format=%ct')) * 1000);
    expect(texts(result.ok!.files)).toEqual({
      'fleet.toml': 'name = "home"\n',
      'services/web.toml': definition,
      'services/web/site.conf': 'conf',
      'ca/rift.pem': 'pem',
    });
  });

  test('needs the reading half of the host only', async () => {
    const host = createReadHost({ env: { PATH: process.env.PATH, HOME: box.home } });
    const result = await source().snapshot({ host, signal: box.signal }, { lastCommit: first, withEdits: true });
    expect(result.ok?.commit).toBe(first);
    repo.commit({ 'services/b.toml': definition });
    repo.write('services/untracked.toml', '');
    expect(
      (await source().snapshot({ host, signal: box.signal }, { lastCommit: first, withEdits: true })).ok?.warnings,
    ).toHaveLength(1);
  });

  test('keeps bytes as they are, of any kind', async () => {
    const bytes = Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256));
    repo.write('services/web/blob', bytes);
    repo.write('services/web/empty', '');
    repo.commit({});
    const result = await source().snapshot(box.context());
    expect(result.ok?.files.get('services/web/blob')).toEqual(bytes);
    expect(result.ok?.files.get('services/web/empty')).toHaveLength(0);
  });

  test('does not see what is not committed', async () => {
    repo.write('services/web.toml', 'half');
    repo.write('services/new.toml', 'new');
    repo.git('add', 'services/new.toml');
    expect(texts((await source().snapshot(box.context())).ok!.files)['services/web.toml']).toBe(definition);
  });

  test('of a sub-directory', async () => {
    repo.write('deploy/fleet/fleet.toml', 'name = "sub"\n');
    repo.write('deploy/fleet/services/a.toml', definition);
    repo.commit({});
    const result = await source({ subdir: 'deploy/fleet' }).snapshot(box.context());
    expect(Object.keys(texts(result.ok!.files)).sort()).toEqual(['fleet.toml', 'services/a.toml']);
    expect(await source({ subdir: 'deploy/none' }).snapshot(box.context())).toMatchObject({ problem: 'Empty' });
  });

  test.each([
    ['a bare repository', () => box.clone(repo, 'bare.git', '--bare')],
    [
      'a clone of another branch',
      () => {
        const c = box.clone(repo, 'clone');
        c.git('switch', '-q', '-c', 'other');
        c.commit({ 'services/web.toml': 'other' });
        return c;
      },
    ],
    [
      'a linked work tree',
      () => {
        repo.git('worktree', 'add', '-q', '-b', 'side', join(box.dir, 'side'));
        return { path: join(box.dir, 'side') };
      },
    ],
    [
      'packed refs',
      () => {
        repo.git('pack-refs', '--all', '--prune');
        repo.git('gc', '-q');
        return repo;
      },
    ],
    [
      'a symlinked path',
      () => {
        symlinkSync(repo.path, join(box.dir, 'link'));
        return { path: join(box.dir, 'link') };
      },
    ],
    [
      'a symbolic branch',
      () => {
        repo.git('branch', '-m', 'main', 'trunk');
        repo.git('symbolic-ref', 'refs/heads/main', 'refs/heads/trunk');
        return repo;
      },
    ],
    [
      'SHA-256 objects',
      () => {
        const r = box.repository('sha256', '--object-format=sha256');
        r.commit();
        return r;
      },
    ],
    [
      'a branch below a directory',
      () => {
        repo.git('branch', '-m', 'main', 'x');
        repo.git('branch', 'main');
        return repo;
      },
    ],
  ])('from %s', async (_, make) => {
    const place = make();
    const result = await gitSource(box.settings(place.path)).snapshot(box.context());
    expect(texts(result.ok!.files)).toMatchObject({ 'services/web.toml': definition });
  });

  test('of any commit, for looking', async () => {
    repo.commit({ 'services/web.toml': 'second' });
    const result = await source().snapshot(box.context(), { ref: 'HEAD~1', lastCommit: 'f'.repeat(40) });
    expect(result.ok?.commit).toBe(first);
    expect(await source().snapshot(box.context(), { ref: '--output=/tmp/x' })).toMatchObject({ problem: 'Missing' });
    expect(await source().snapshot(box.context(), { ref: 'nowhere' })).toMatchObject({ problem: 'Missing' });
  });
});

describe('the head', () => {
  test('is known without starting a program', async () => {
    const host = recordingHost(box.host());
    expect(await source().head({ host, signal: box.signal })).toEqual({ ok: first });
    repo.git('pack-refs', '--all');
    expect(await source().head({ host, signal: box.signal })).toEqual({ ok: first });
    expect(host.calls.filter((call) => call.what.startsWith('run'))).toEqual([]);
    expect(host.writes()).toEqual([]);
  });

  test('follows the loose ref when both are there', async () => {
    repo.git('pack-refs', '--all');
    const second = repo.commit({ 'services/web.toml': 'second' });
    expect(await source().head(box.context())).toEqual({ ok: second });
  });

  test('asks git where refs are kept in another way', async () => {
    const calls: string[] = [];
    const host = recordingHost(box.host(), { onCall: (call) => void calls.push(call.what) });
    mkdirSync(join(repo.path, '.git/reftable'));
    expect(await source().head({ host, signal: box.signal })).toEqual({ ok: first });
    expect(calls).toContain('run.run');
  });
});

describe('history', () => {
  test('goes forward, with all that its commits allow', async () => {
    repo.commit({ 'services/a.toml': 'a' }, 'a\n\nReconcile-Allow: remove web, db\nSigned-off-by: Ada');
    repo.commit({ 'services/b.toml': 'b' }, 'b\n\nreconcile-allow: remove  mail');
    repo.commit({ 'services/c.toml': 'c' }, 'c\n\nReconcile-Allow: remove never\n\nnot in the last paragraph');
    expect((await source().snapshot(box.context(), { lastCommit: first })).ok?.allows).toEqual(['db', 'mail', 'web']);
  });

  test('the first snapshot takes what its own commit allows', async () => {
    expect((await source().snapshot(box.context())).ok?.allows).toEqual(['old']);
  });

  test('through a merge', async () => {
    repo.git('switch', '-q', '-c', 'side');
    repo.commit({ 'services/side.toml': 'x' }, 'side\n\nReconcile-Allow: remove side');
    repo.git('switch', '-q', 'main');
    const last = repo.commit({ 'services/m.toml': 'x' });
    repo.git('merge', '-q', '--no-ff', '-m', 'merge', 'side');
    expect((await source().snapshot(box.context(), { lastCommit: last })).ok?.allows).toEqual(['side']);
  });
});

describe('edits that no commit holds', () => {
  const warnings = async (more = {}) => (await source(more).snapshot(box.context(), { withEdits: true })).ok?.warnings;

  test('are told by name', async () => {
    repo.commit({
      '.gitignore': '*.secret\nservices/mcq*\n',
      'services/gone.toml': 'x',
      'services/same.toml': 'a\nb\n',
    });
    repo.write('services/web.toml', 'edited');
    repo.write('services/same.toml', 'a\r\nb\r\n');
    repo.write('services/new.toml', 'new');
    repo.write('services/mcq.toml', 'swallowed');
    repo.write('elsewhere.toml', 'not ours');
    rmSync(join(repo.path, 'services/gone.toml'));
    const found = (await warnings())!.map(({ code, path }) => `${code} ${path}`);
    expect(found.sort()).toEqual([
      'Ignored services/mcq.toml',
      'Uncommitted services/gone.toml',
      'Uncommitted services/new.toml',
      'Uncommitted services/web.toml',
    ]);
  });

  test('of a sub-directory', async () => {
    repo.write('sub/fleet.toml', 'x');
    repo.commit({ 'sub/services/a.toml': 'a', '.gitignore': 'ignored*\n' });
    repo.write('sub/services/ignored.toml', 'x');
    repo.write('services/new.toml', 'not ours');
    expect(await warnings({ subdir: 'sub' })).toMatchObject([{ code: 'Ignored', path: 'services/ignored.toml' }]);
  });

  test('are not looked for while another branch is checked out, nor unasked', async () => {
    repo.write('services/new.toml', 'new');
    expect((await source().snapshot(box.context())).ok?.warnings).toEqual([]);
    repo.git('switch', '-q', '-c', 'other');
    expect(await warnings()).toEqual([]);
  });
});

test('a hint soon after a commit', async () => {
  const stop = new AbortController();
  let hinted = () => {};
  const hint = new Promise<void>((resolve) => {
    hinted = resolve;
  });
  await source().watch({ host: box.host(), signal: stop.signal }, hinted);
  repo.commit({ 'services/web.toml': 'second' });
  await hint;
  stop.abort();
});

test('being stopped is no problem of the source', async () => {
  await expect(source().snapshot({ host: box.host(), signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'RUN_CANCELLED',
  });
});
