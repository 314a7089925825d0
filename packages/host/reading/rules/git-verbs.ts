import type { OptionRule } from './options.ts';

export interface GitVerb {
  readonly options: OptionRule;
  /** What else must hold. */
  readonly also?: (operands: readonly string[], args: readonly string[]) => boolean;
}

/** Words apart by blanks, as one reads them in a manual. */
interface VerbText {
  readonly flags?: string;
  readonly values?: string;
  readonly letters?: string;
  readonly also?: GitVerb['also'];
}

function verb({ flags = '', values = '', letters = '', also }: VerbText): GitVerb {
  const words = (text: string) => text.split(' ').filter((word) => word !== '');
  const options = { flags: ['--end-of-options', ...words(flags)], values: words(values), letters };
  return also === undefined ? { options } : { options, also };
}

const places =
  '--git-dir --absolute-git-dir --git-common-dir --show-toplevel --is-bare-repository --is-inside-work-tree --is-shallow-repository --show-object-format --abbrev-ref --symbolic-full-name';
const walks =
  '--first-parent --no-merges --reverse --all --not --branches --topo-order --date-order --no-walk --ancestry-path';

/**
 * git's reading verbs with the options that only read. Left out on purpose, each tried with a canary: `status` (runs the
 * clean filters that a repository's own configuration names), `cat-file --filters` and `--textconv`, `log -p` (text
 * conversion), and whatever prints signatures (`%G`, `--show-signature`: runs gpg.program).
 */
export const gitVerbs: ReadonlyMap<string, GitVerb> = new Map([
  ['rev-parse', verb({ flags: `--verify --quiet ${places}`, values: '--short', letters: 'q' })],
  [
    'cat-file',
    verb({ flags: '--buffer --batch-all-objects --unordered', values: '--batch --batch-check', letters: 'epts' }),
  ],
  ['ls-tree', verb({ flags: '--long --name-only --full-tree --full-name', values: '--abbrev', letters: 'dlrtz' })],
  ['ls-files', verb({ flags: '--stage', letters: 'sz' })],
  ['check-ignore', verb({ flags: '--stdin --no-index --quiet', letters: 'qz' })],
  [
    'log',
    verb({
      flags: `--no-show-signature --name-only --name-status --no-renames ${walks}`,
      values: '--format --max-count --skip --date --since --until',
      letters: 'z',
      also: isPlainLog,
    }),
  ],
  [
    'rev-list',
    verb({ flags: `--count --parents --objects --left-right ${walks}`, values: '--max-count --skip --since --until' }),
  ],
  ['merge-base', verb({ flags: '--is-ancestor --all --octopus --independent', letters: 'a' })],
  [
    'show-ref',
    verb({ flags: '--verify --quiet --heads --tags --head --dereference', values: '--hash --abbrev', letters: 'dhqs' }),
  ],
  [
    'for-each-ref',
    verb({
      values: '--format --sort --count --points-at --contains --merged',
      also: (_, args) => !args.some((arg) => arg.includes('signature')),
    }),
  ],
  ['symbolic-ref', verb({ flags: '--quiet --short', letters: 'q', also: (operands) => operands.length === 1 })],
  [
    'config',
    verb({
      flags:
        '--get --get-all --get-regexp --list --null --includes --no-includes --local --global --system --name-only --bool --int --path',
      values: '--type --default',
      letters: 'lz',
      also: (_, args) => args.some(isConfigRead),
    }),
  ],
  ['remote', verb({ flags: '--all --push', also: (operands) => operands[0] === 'get-url' && operands.length === 2 })],
  [
    'diff-tree',
    verb({
      flags: '--name-only --name-status --no-commit-id --root --raw --no-renames --no-ext-diff --no-textconv',
      letters: 'rtz',
    }),
  ],
  ['version', verb({ flags: '--build-options' })],
]);

/** Without an explicit format git takes the configured one, which may ask for signatures. */
function isPlainLog(_: readonly string[], args: readonly string[]): boolean {
  const formats = args.filter((arg) => arg.startsWith('--format='));
  if (!args.includes('--no-show-signature') || formats.length !== 1 || args.includes('--format')) return false;
  return formats[0]!.includes('%') && !/%[-+ ]*G/.test(formats[0]!);
}

function isConfigRead(arg: string): boolean {
  return ['--get', '--get-all', '--get-regexp', '--list', '-l'].includes(arg);
}
