import {
  appendFileSync,
  chmodSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { badName, sourceLimits } from '../layout.ts';
import { fetchMirror } from './fetch.ts';
import { definition, type SampleRepository, Sandbox, stateOf, texts } from './sample-repository.fixture.ts';
import { gitSource } from './source.ts';

// More of hostile.real.test.ts: repositories whose history, objects, names or sizes are the trap. Each is told, or read without its poison.

let box: Sandbox;
let repo: SampleRepository;
let canary = '';
let trap = '';
beforeEach(() => {
  box = new Sandbox();
  repo = box.sample('fleet');
  canary = join(box.dir, 'canary');
  trap = join(box.dir, 'trap');
  writeFileSync(trap, `#!/bin/sh\necho "$0 $*" >> ${canary}\nexit 1\n`, { mode: 0o755 });
});
afterEach(() => box.remove());

const inGit = (path: string) => join(repo.path, '.git', path);
const blob = (text: string | Uint8Array) => repo.pipe(text, 'hash-object', '-w', '--stdin');
const point = (commit: string) => repo.git('update-ref', 'refs/heads/main', commit);
const commitOf = (tree: string, ...more: string[]) => repo.git('commit-tree', tree, ...more, '-m', 'hostile');
/** A commit of these services on top of what was applied. */
function services(entries: readonly (readonly [string, string, string])[]): void {
  const tree = repo.tree([
    ['100644', 'fleet.toml', blob('name = "home"\n')],
    ['40000', 'services', repo.tree(entries)],
  ]);
  point(commitOf(tree, '-p', 'HEAD'));
}
/** The object file of the newest commit's tree. */
function treeFile(): string {
  const id = repo.git('rev-parse', 'HEAD^{tree}');
  return inGit(`objects/${id.slice(0, 2)}/${id.slice(2)}`);
}

/** What is done to it, and what we say; `ok`: it is read, without the poison. */
const hostile: Readonly<Record<string, readonly [make: () => void, said: string]>> = {
  'a history made anew': [() => point(commitOf(repo.git('rev-parse', 'HEAD^{tree}'))), 'HistoryRewritten'],
  'a branch that is a name for a place outside': [
    () => writeFileSync(inGit('refs/heads/main'), 'ref: ../../../../../etc/passwd\n'),
    'Corrupt',
  ],
  'a branch that is a symlink to a file outside': [
    () => {
      rmSync(inGit('refs/heads/main'));
      symlinkSync('/etc/passwd', inGit('refs/heads/main'));
    },
    'Corrupt',
  ],
  'a branch that names itself': [() => writeFileSync(inGit('refs/heads/main'), 'ref: refs/heads/main\n'), 'Missing'],
  'packed references named like options': [
    () => {
      const id = repo.git('rev-parse', 'HEAD');
      writeFileSync(inGit('packed-refs'), `${id} refs/heads/--upload-pack=${trap}\n${id} --exec=${trap}\n`);
    },
    'ok',
  ],
  'a directory of git that is elsewhere, with its own traps': [
    () => {
      const other = box.sample('other');
      other.git('config', 'core.fsmonitor', trap);
      other.git('config', 'core.sshCommand', trap);
      renameSync(inGit('.'), join(box.dir, 'unused'));
      writeFileSync(join(repo.path, '.git'), `gitdir: ${other.path}/.git\n`);
    },
    'ok',
  ],
  'configuration included under a condition': [
    () => {
      writeFileSync(join(box.dir, 'more'), `[core]\n\tfsmonitor = ${trap}\n\tsshCommand = ${trap}\n`);
      repo.git('config', 'includeIf.gitdir:/**.path', join(box.dir, 'more'));
    },
    'ok',
  ],
  'helpers of garbage collection, packing and proxies': [
    () => {
      for (const key of ['gc.recentObjectsHook', 'uploadpack.packObjectsHook', 'core.gitProxy', 'remote.origin.vcs'])
        repo.git('config', key, trap);
      repo.git('config', 'gc.auto', '1');
    },
    'ok',
  ],
  'pointers to large files, with the filter process that loads them': [
    () => {
      const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:evil\nsize 5\n';
      repo.git('config', 'filter.lfs.process', trap);
      repo.git('config', 'filter.lfs.required', 'true');
      writeFileSync(inGit('info/attributes'), '* filter=lfs\n');
      point(
        commitOf(
          repo.tree([
            ['100644', 'lfs', blob(pointer)],
            ['100644', 'fleet.toml', blob(definition)],
          ]),
          '-p',
          'HEAD',
        ),
      );
    },
    'ok',
  ],
  'names that some file systems take for .git': [
    // No work tree is ever written: only git's own name could be taken for git's.
    () =>
      services(
        ['.GIT', '.git\u200c', 'git~1', '.git ', '.git::$DATA'].map((name, at) => [
          '100644',
          name,
          blob(at === 0 ? 'evil' : 'odd'),
        ]),
      ),
    'ok',
  ],
  'directories inside each other beyond any path': [
    () => {
      let tree = repo.tree([['100644', 'a.toml', blob('evil')]]);
      for (let depth = 0; depth < sourceLimits.depth; depth++) tree = repo.tree([['40000', 'd', tree]]);
      services([['40000', 'd', tree]]);
    },
    'ok',
  ],
  'more files than anybody has': [
    () => {
      const id = blob(definition);
      const names = Array.from({ length: sourceLimits.files + 1 }, (_, at) => `f${String(at).padStart(6, '0')}.toml`);
      services(names.map((name) => ['100644', name, id]));
    },
    'TooLarge',
  ],
  'a definition of twenty million zeros': [
    () => services([['100644', 'web.toml', blob(Buffer.alloc(20_000_000))]]),
    'TooLarge',
  ],
  'a tree that is not there': [() => rmSync(treeFile()), 'Corrupt'],
  'a tree of noise': [
    () => {
      chmodSync(treeFile(), 0o644);
      writeFileSync(treeFile(), 'noise');
    },
    'Corrupt',
  ],
  'a commit that is a file': [() => writeFileSync(inGit('refs/heads/main'), `${blob('evil')}\n`), 'Corrupt'],
  'configuration that nobody can read': [() => appendFileSync(inGit('config'), '[core\n\0evil'), 'Corrupt'],
  'a message and an author of control characters': [
    () => {
      const tree = repo.git('rev-parse', 'HEAD^{tree}');
      const who = 'a\x1b]0;title\x07 <a@example.net> 1 +0000';
      const head = `tree ${tree}\nparent ${repo.git('rev-parse', 'HEAD')}\nauthor ${who}\ncommitter ${who}\n\n`;
      point(
        repo.pipe(
          `${head}\x1b[2J\r${'x'.repeat(1_000_000)}`,
          'hash-object',
          '-t',
          'commit',
          '-w',
          '--literally',
          '--stdin',
        ),
      );
    },
    'ok',
  ],
};

test.each(Object.entries(hostile).map(([name, [make, said]]) => [name, said, make] as const))(
  '%s: %s',
  async (_, said, make) => {
    const last = repo.git('rev-parse', 'HEAD');
    make();
    const before = stateOf(box.dir);
    const source = gitSource(box.settings(repo.path));
    const result = await source.snapshot(box.context(), { lastCommit: last, withEdits: true });
    await source.head(box.context());
    expect(stateOf(box.dir)).toEqual(before);
    expect(result.ok === undefined ? result.problem : 'ok', JSON.stringify(result).slice(0, 500)).toBe(said);
    const files = texts(result.ok?.files ?? new Map());
    expect(JSON.stringify(files)).not.toMatch(/root:x:|evil/);
    expect(Object.keys(files).filter((path) => badName(path) !== undefined)).toEqual([]);
    await fetchMirror(box.context(), box.settings(repo.path, { remote: `file://${repo.path}` }), { timeoutMs: 10_000 });
    expect(existsSync(canary) ? readFileSync(canary, 'utf8') : '').toBe('');
  },
);
