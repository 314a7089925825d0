import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { badName } from '../layout.ts';
import { commitFile } from './commit.ts';
import { fetchMirror } from './fetch.ts';
import { definition, type SampleRepository, Sandbox, stateOf, texts } from './sample-repository.fixture.ts';
import { gitSource } from './source.ts';

// Repositories that try to run a program of theirs, or to reach outside: the canary must never sing. That the traps work at
// all is shown with plain git commands at the end.

let box: Sandbox;
let repo: SampleRepository;
let canary = '';
let trap = '';
beforeEach(() => {
  box = new Sandbox();
  repo = box.sample('fleet');
  canary = join(box.dir, 'canary');
  trap = join(box.dir, 'trap');
  writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >> ${canary}\ncat >/dev/null 2>&1 </dev/null\nexit 1\n`, {
    mode: 0o755,
  });
});
afterEach(() => box.remove());

function raw(mode: string, id: string, name: string): string {
  const types: Readonly<Record<string, string>> = { '040000': 'tree', '160000': 'commit' };
  return `${mode} ${types[mode] ?? 'blob'} ${id}\t${name}\0`;
}

/** Makes main a commit of this tree, without any of git's own checks. */
function commitTree(entries: string): void {
  const tree = repo.pipe(entries, 'mktree', '-z', '--missing');
  repo.git('update-ref', 'refs/heads/main', repo.git('commit-tree', tree, '-p', 'HEAD', '-m', 'hostile'));
}

const config = (key: string, value: string) => repo.git('config', key, value);
const blob = (text: string) => repo.pipe(text, 'hash-object', '-w', '--stdin');

const hooks = [
  'applypatch-msg',
  'fsmonitor-watchman',
  'post-checkout',
  'post-commit',
  'post-index-change',
  'post-merge',
  'post-rewrite',
  'post-update',
  'pre-auto-gc',
  'pre-commit',
  'pre-push',
  'pre-receive',
  'commit-msg',
  'prepare-commit-msg',
  'reference-transaction',
  'update',
];

const hostile: Readonly<Record<string, () => void>> = {
  'hooks of every kind': () => {
    for (const hook of hooks) writeFileSync(join(repo.path, '.git/hooks', hook), readFileSync(trap), { mode: 0o755 });
  },
  'a hooks directory of its own': () => {
    mkdirSync(join(repo.path, 'h'));
    for (const hook of hooks) symlinkSync(trap, join(repo.path, 'h', hook));
    config('core.hooksPath', join(repo.path, 'h'));
  },
  'a file system monitor': () => config('core.fsmonitor', trap),
  'an ssh command': () => config('core.sshCommand', trap),
  'a pager, an editor, an askpass': () => {
    for (const key of [
      'core.pager',
      'core.editor',
      'core.askPass',
      'sequence.editor',
      'pager.log',
      'pager.ls-tree',
      'pager.cat-file',
    ])
      config(key, trap);
  },
  'aliases of the verbs we use': () => {
    for (const verb of ['ls-tree', 'cat-file', 'rev-list', 'rev-parse', 'merge-base', 'check-ignore', 'config'])
      config(`alias.${verb}`, `!${trap}`);
  },
  'filter drivers': () => {
    repo.commit({ '.gitattributes': '* filter=evil ident text\n' });
    for (const part of ['clean', 'smudge']) config(`filter.evil.${part}`, trap);
    config('filter.evil.required', 'true');
    writeFileSync(join(repo.path, '.git/info/attributes'), '* filter=evil diff=evil\n');
  },
  'diff and text conversion drivers': () => {
    for (const key of ['diff.external', 'diff.evil.textconv', 'diff.evil.command', 'merge.evil.driver'])
      config(key, trap);
    writeFileSync(join(repo.path, '.git/info/attributes'), '* diff=evil merge=evil\n');
  },
  'signatures to verify': () => {
    config('log.showSignature', 'true');
    config('gpg.program', trap);
    config('gpg.ssh.program', trap);
    config('format.pretty', '%G?');
    config('commit.gpgSign', 'false');
  },
  'a partial clone whose objects are elsewhere': () => {
    for (const [key, value] of [
      ['remote.origin.url', `ext::${trap}`],
      ['remote.origin.promisor', 'true'],
      ['extensions.partialClone', 'origin'],
      ['core.repositoryFormatVersion', '1'],
      ['protocol.ext.allow', 'always'],
      ['remote.origin.uploadpack', trap],
    ])
      config(key!, value!);
    commitTree(raw('100644', '1'.repeat(40), 'fleet.toml'));
  },
  'a partial clone that fetches by a command of its own': () => {
    for (const [key, value] of [
      ['remote.origin.url', `file://${repo.path}`],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.uploadpack', trap],
      ['extensions.partialClone', 'origin'],
      ['core.repositoryFormatVersion', '1'],
    ]) {
      config(key!, value!);
    }
    commitTree(raw('100644', '1'.repeat(40), 'fleet.toml'));
  },
  'a credential helper and an url that is rewritten': () => {
    config('credential.helper', `!${trap}`);
    config(`url.ext::${trap} .insteadOf`, 'file://');
    config('protocol.ext.allow', 'always');
  },
  'a submodule with an update command': () => {
    repo.write('.gitmodules', `[submodule "s"]\n\tpath = services/s\n\turl = ext::${trap}\n\tupdate = !${trap}\n`);
    config('submodule.s.update', `!${trap}`);
    config('submodule.recurse', 'true');
    commitTree(
      raw('100644', blob(definition), 'fleet.toml') +
        raw('040000', repo.pipe(raw('160000', '2'.repeat(40), 's'), 'mktree', '-z', '--missing'), 'services'),
    );
  },
  'symlinks that lead outside': () => {
    const link = blob('/etc/passwd');
    const services = repo.pipe(raw('120000', link, 'web.toml') + raw('120000', blob('../../..'), 'up'), 'mktree', '-z');
    commitTree(
      raw('100644', blob(definition), 'fleet.toml') + raw('040000', services, 'services') + raw('120000', link, 'ca'),
    );
  },
  'a tree that climbs': () => {
    const file = blob('climbed');
    const up = repo.tree([
      ['100644', '..', file],
      ['100644', '.git', file],
      ['100644', 'x', blob('fine')],
    ]);
    commitTreeId(
      repo.tree([
        ['40000', 'ca', up],
        ['100644', 'fleet.toml', blob(definition)],
        ['40000', 'services', repo.tree([['40000', '..', up]])],
      ]),
    );
  },
  'names of control characters, newlines and bytes that are no text': () => {
    const file = blob(definition);
    const services = repo.pipe(
      raw('100644', file, 'a\nb.toml') +
        raw('100644', file, '\x1b[31m.toml') +
        raw('100644', file, 'tab\t.toml') +
        raw('100644', file, '-rf') +
        raw('100644', file, '$(touch x).toml'),
      'mktree',
      '-z',
    );
    commitTree(raw('100644', file, 'fleet.toml') + raw('040000', services, 'services'));
  },
  'names that differ in case only': () => {
    const services = repo.pipe(
      raw('100644', blob('lower'), 'web.toml') + raw('100644', blob('upper'), 'WEB.toml'),
      'mktree',
      '-z',
    );
    commitTree(raw('040000', services, 'services'));
  },
  'refs named like options': () => {
    for (const name of ['--upload-pack=x', '--exec=x'])
      writeFileSync(join(repo.path, '.git/refs/heads', name), `${repo.git('rev-parse', 'HEAD')}\n`);
  },
  'alternates and grafts': () => {
    const other = box.repository('other');
    const id = other.commit();
    writeFileSync(join(repo.path, '.git/objects/info/alternates'), `${other.path}/.git/objects\n`);
    config('core.alternateRefsCommand', trap);
    writeFileSync(join(repo.path, '.git/info/grafts'), `${repo.git('rev-parse', 'HEAD')} ${id}\n`);
  },
  'a replaced commit': () => {
    const real = repo.git('rev-parse', 'HEAD');
    const fake = repo.commit({ 'services/evil.toml': 'evil' });
    repo.git('reset', '-q', '--hard', real);
    repo.git('replace', real, fake);
  },
  'a work tree that is elsewhere': () => {
    config('core.worktree', '/etc');
    config('include.path', '/etc/passwd');
  },
  'tracing into a file': () => {
    for (const key of ['trace2.eventTarget', 'trace2.normalTarget', 'trace2.perfTarget']) config(key, canary);
  },
};

function commitTreeId(tree: string): void {
  repo.git('update-ref', 'refs/heads/main', repo.git('commit-tree', tree, '-p', 'HEAD', '-m', 'hostile'));
}

describe('looking runs nothing of theirs, writes nothing, and takes nothing from outside', () => {
  test.each(Object.entries(hostile))('%s', async (_, make) => {
    const last = repo.git('rev-parse', 'HEAD');
    make();
    const before = stateOf(box.dir);
    const source = gitSource(box.settings(repo.path));
    const cx = box.context();
    const result = await source.snapshot(cx, { lastCommit: last, withEdits: true });
    await source.head(cx);
    await source.snapshot(cx, { ref: 'HEAD' });
    expect(existsSync(canary)).toBe(false);
    expect(stateOf(box.dir)).toEqual(before);
    const files = texts(result.ok?.files ?? new Map());
    expect(JSON.stringify(files)).not.toMatch(/root:x:|climbed|evil/);
    expect(Object.keys(files).filter((path) => path.split('/').includes('..') || badName(path) !== undefined)).toEqual(
      [],
    );
    if (result.ok === undefined) expect(result.problem).toMatch(/^(Corrupt|Missing|Empty|HistoryRewritten)$/);
  });

  test('what is left out is named', async () => {
    hostile['symlinks that lead outside']!();
    const result = await gitSource(box.settings(repo.path)).snapshot(box.context());
    expect(result.ok?.warnings.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'Symlink ca',
      'Symlink services/up',
      'Symlink services/web.toml',
    ]);
  });

  test('both of two names that differ in case', async () => {
    hostile['names that differ in case only']!();
    const result = await gitSource(box.settings(repo.path)).snapshot(box.context());
    expect(texts(result.ok!.files)).toEqual({ 'services/web.toml': 'lower', 'services/WEB.toml': 'upper' });
  });
});

const checkouts = Object.entries(hostile).filter(([name]) => !name.startsWith('a work tree'));

test.each(checkouts)('fetching from one runs nothing of theirs: %s', async (_, make) => {
  make();
  await fetchMirror(box.context(), box.settings(repo.path, { remote: `file://${repo.path}` }), { timeoutMs: 10_000 });
  expect(existsSync(canary)).toBe(false);
});

// Filters are left out here: git may run the caller's own clean filter whenever it writes the caller's own index.
test.each(checkouts.filter(([name]) => name !== 'filter drivers'))(
  'committing in one runs nothing of theirs: %s',
  async (_, make) => {
    make();
    await commitFile(box.context(), {
      repo: repo.path,
      path: 'services/made.toml',
      text: definition,
      message: 'made',
      push: false,
    });
    expect(existsSync(canary)).toBe(false);
  },
);

describe('the traps do work: plain git falls into them', () => {
  const plain = (...args: string[]) => {
    try {
      execFileSync('git', args, {
        cwd: repo.path,
        env: { PATH: process.env.PATH, HOME: box.home },
        stdio: 'ignore',
        timeout: 10_000,
      });
    } catch {
      // What counts is the canary.
    }
  };

  test.each<[string, string[]]>([
    ['hooks of every kind', ['commit', '--allow-empty', '-qm', 'x']],
    ['a hooks directory of its own', ['commit', '--allow-empty', '-qm', 'x']],
    ['a file system monitor', ['status']],
    ['filter drivers', ['status', '--porcelain']],
    ['filter drivers', ['cat-file', '--filters', 'HEAD:fleet.toml']],
    ['diff and text conversion drivers', ['cat-file', '--textconv', 'HEAD:fleet.toml']],
    ['a partial clone whose objects are elsewhere', ['cat-file', '-p', '1'.repeat(40)]],
    ['a credential helper and an url that is rewritten', ['fetch', 'file:///nowhere']],
  ])('%s: git %j', (name, args) => {
    hostile[name]!();
    if (args[0] === 'status') repo.write('fleet.toml', 'name = "HOME"\n');
    plain(...args);
    expect(existsSync(canary)).toBe(true);
  });
});
