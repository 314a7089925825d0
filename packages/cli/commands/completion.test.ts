import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EditBench } from '../edit/bench.fixture.ts';
import { program } from '../program.ts';
import { bashCompletion } from './completion-bash.ts';
import { completionModel } from './completion-model.ts';

describe('the model', () => {
  const model = completionModel(program('0.0.0', () => undefined));

  test('every word with its options, and none that is hidden', () => {
    const names = model.words.map(({ path }) => path);
    expect(names).toEqual(expect.arrayContaining(['plan', 'apply', 'ps', 'init', 'validate', 'completion']));
    expect(names.filter((name) => name.startsWith('_'))).toEqual([]);
    for (const word of model.words)
      expect(
        word.options.flatMap(({ flags }) => flags),
        word.path,
      ).toEqual(expect.arrayContaining(['--config', '--help']));
  });

  test('words of two words', () => {
    const root = new Command('reconcile');
    root.command('cert').command('list').argument('[service...]').option('-n, --lines <number>', 'how many');
    expect(completionModel(root).words[0]?.words).toEqual([
      {
        path: 'cert list',
        says: '',
        options: [
          { flags: ['-n', '--lines'], says: 'how many', takes: 'text' },
          { flags: ['-h', '--help'], says: 'how it is used', takes: undefined },
        ],
        takes: ['service'],
        again: true,
        words: [],
      },
    ]);
  });
});

describe('in bash', () => {
  let bench: EditBench;
  beforeAll(() => {
    bench = new EditBench();
    const root = program('0.0.0', () => undefined);
    root.command('zebra').command('list').option('--wide');
    writeFileSync(join(bench.box.dir, 'script'), bashCompletion(completionModel(root)));
    mkdirSync(join(bench.box.dir, 'files/a folder'), { recursive: true });
    writeFileSync(join(bench.box.dir, 'files/a file.toml'), '');
  });
  afterAll(() => bench.close());

  /** What bash would offer at the end of a line; the last word is being typed. The program answers with what it is asked. */
  function offers(...words: string[]): string[] {
    const drive = `source "$1"; shift
reconcile() { printf '%s\\n' "asked: $*"; }
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _reconcile
[[ \${#COMPREPLY[@]} == 0 ]] || printf '%s\\n' "\${COMPREPLY[@]}"`;
    const out = execFileSync(
      'bash',
      ['--norc', '-uc', drive, 'bash', join(bench.box.dir, 'script'), 'reconcile', ...words],
      {
        cwd: join(bench.box.dir, 'files'),
        env: { PATH: process.env.PATH, HOME: bench.box.home },
        encoding: 'utf8',
      },
    );
    return out.split('\n').filter((name) => name !== '');
  }

  test.each<[string, string[], string[]]>([
    ['a word', ['pl'], ['plan']],
    ['a word after an option with a value', ['--config', 'x', 'expl'], ['explain']],
    ['no second word', ['plan', 'sta'], []],
    ['an option', ['plan', '--di'], ['--diff']],
    ["an option's words", ['plan', '-o', 'j'], ['json']],
    ["an option's words after =", ['plan', '--output', '=', 't'], ['text']],
    ['all of them right after =', ['plan', '--output', '='], ['text', 'json']],
    ["an option's file", ['plan', '--out', 'a f'], ['a folder', 'a file.toml']],
    ['a directory', ['init', 'a'], ['a folder']],
    ['free text: nothing', ['deploy', '-m', ''], []],
    ['a name', ['ps', 'we'], ['asked: __names -- service we']],
    ['one more name', ['ps', 'web', 'no'], ['asked: __names -- service no']],
    ['of the fleet that is meant', ['--repo', '~/x', 'ps', ''], ['asked: --repo HOME/x __names -- service ']],
    ['only one, where only one is taken', ['stop', 'web', ''], []],
    ['a file after a name', ['deploy', 'web', 'a fi'], ['a file.toml']],
    ['a job', ['run', 'web/'], ['asked: __names -- job web/']],
    ["an option's name", ['plan', '-s', 'w'], ['asked: __names -- service w']],
    ['a stage', ['apply', '--stage', ''], ['asked: __names -- stage ']],
    ['another machine', ['-H', 'r'], ['asked: __names -- node r']],
    ['-n of plan takes nothing', ['-n', '-y', 'pl'], ['plan']],
    ['-n of logs takes a number', ['logs', '-n', '5', 'w'], ['asked: __names -- service w']],
    ['fixed words', ['schema', 'f'], ['fleet']],
    ['the second word of two', ['zebra', 'l'], ['list']],
    ['options of such a word', ['zebra', 'list', '--w'], ['--wide']],
  ])('%s', (_name, words, wanted) => {
    expect(offers(...words).sort()).toEqual(wanted.map((one) => one.replace('HOME', bench.box.home)).sort());
  });
});

describe('names', () => {
  const web = 'name = "web"\nimage = "example.net/web:1"\n[[jobs]]\nname = "migrate"\n';
  const notes =
    'name = "notes"\n[components.db]\nimage = "example.net/db:1"\n[components.app]\nimage = "example.net/a:1"\n';
  const fleet = 'name = "home"\n[[boot.sequence]]\nstage = "core"\nservices = ["web"]\n';
  let bench: EditBench;
  beforeEach(async () => {
    const files = { 'fleet.toml': fleet, 'services/web.toml': web, 'services/notes.toml': notes };
    bench = await EditBench.withClone(files);
  });
  afterEach(() => bench.close());
  const names = async (words: string[], cwd = 'fleet') => {
    const { code, err, out } = await bench.run(['__names', ...words], { cwd: join(bench.box.dir, cwd) });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return out.split('\n').filter((name) => name !== '');
  };

  test.each<[string[], string[]]>([
    [['service'], ['notes', 'web']],
    [['service', 'w'], ['web']],
    [
      ['service', 'notes/'],
      ['notes/app', 'notes/db'],
    ],
    [['service', 'web/'], ['web/migrate']],
    [['job'], ['web/migrate']],
    [['job', 'notes/'], []],
    [['stage'], ['core']],
  ])('%j', async (words, wanted) => {
    expect(await names(words)).toEqual(wanted);
  });

  test('nodes of client.toml', async () => {
    expect(await names(['node'])).toEqual([]);
    const dir = join(bench.box.home, '.config/reconcile');
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'client.toml'), '[nodes]\nrift = "ops@rift"\nlyra.to = "lyra"\n');
    expect(await names(['node'])).toEqual(['lyra', 'rift']);
    expect(await names(['node', 'l'])).toEqual(['lyra']);
  });

  test('half-written files and none at all are no trouble', async () => {
    writeFileSync(join(bench.box.dir, 'fleet/services/new.toml'), 'name = "ne');
    writeFileSync(join(bench.box.dir, 'fleet/services/.new.toml.swp'), '');
    expect(await names(['service'])).toEqual(['new', 'notes', 'web']);
    expect(await names(['service', 'new/'])).toEqual([]);
    expect(await names(['service'], 'home')).toEqual([]);
  });

  test('without a checkout: what this node last took', async () => {
    const bare = join(bench.box.dir, 'upstream/.git');
    bench.node(`type = "git"\npath = "${bare}"`);
    expect(await names(['service'], 'home')).toEqual([]);
    await bench.run(['apply', '-y']);
    expect(await names(['service'], 'home')).toEqual(['notes', 'web']);
    expect(await names(['job'], 'home')).toEqual(['web/migrate']);
  });
});
