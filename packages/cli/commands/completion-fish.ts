import { allWords, type OptionModel, type Take, valued, type WordModel } from './completion-model.ts';

/** A script for fish 3 and later. */
export function fishCompletion(model: WordModel): string {
  const words = allWords(model);
  const paths = words.flatMap((word) => (word.path === '' ? [] : [quoted(word.path)]));
  const takers = valued(model).flatMap(({ flags, words: of }) =>
    (of === 'all' ? ['*'] : of).flatMap((word) => flags.map((flag) => quoted(`${word}:${flag}`))),
  );
  return `# fish completion of reconcile. Now:   reconcile completion fish | source
# For good: reconcile completion fish >~/.config/fish/completions/reconcile.fish

set -g __reconcile_words ${paths.join(' ')}
set -g __reconcile_valued ${takers.join(' ')}

# The word that stands so far, how many arguments follow it, then --config and --repo as given: one a line.
function __reconcile_line
    set -l tokens (commandline -opc)
    set -e tokens[1]
    set -l word ''
    set -l n 0
    set -l flag ''
    set -l given
    for token in $tokens
        if test -n "$flag"
            contains -- $flag --config --repo; and set -a given $flag $token
            set flag ''
            continue
        end
        switch $token
            case '--*=*'
            case '-*'
                if contains -- "$word:$token" $__reconcile_valued; or contains -- "*:$token" $__reconcile_valued
                    set flag $token
                end
            case '*'
                set -l longer (string trim -- "$word $token")
                if test $n -eq 0; and contains -- $longer $__reconcile_words
                    set word $longer
                else
                    set n (math $n + 1)
                end
        end
    end
    printf '%s\\n' "$word" $n $given
end

# __reconcile_at WORD [FROM [TO]]: that word stands, with so many arguments before this one.
function __reconcile_at
    set -l now (__reconcile_line)
    test "$now[1]" = "$argv[1]"; or return 1
    set -q argv[2]; and test $now[2] -lt $argv[2]; and return 1
    set -q argv[3]; and test $now[2] -gt $argv[3]; and return 1
    return 0
end

function __reconcile_names
    set -l given (__reconcile_line)
    set -e given[1..2]
    reconcile $given __names -- $argv[1] (commandline -ct) 2>/dev/null
end

complete -c reconcile -f
${words.flatMap(wordLines).join('\n')}
`;
}

function wordLines(word: WordModel): string[] {
  const at = (more = '') => `complete -c reconcile -n ${quoted(`__reconcile_at ${quoted(word.path)}${more}`)}`;
  const last = word.takes.length - 1;
  return [
    ...word.words.map((one) => `${at(' 0 0')} -a ${quoted(one.path.split(' ').at(-1) ?? '')} -d ${quoted(one.says)}`),
    ...word.takes.flatMap((take, i) => {
      const offer = offered(take);
      return offer === '' ? [] : [`${at(` ${i}${word.again && i === last ? '' : ` ${i}`}`)} ${offer}`];
    }),
    ...word.options.map((option) => `${at()} ${optionText(option)}`),
  ];
}

function optionText({ flags, says, takes }: OptionModel): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  // -x: a value, and no file.
  const value = takes === undefined ? [] : [takes === 'file' ? '-r' : '-x', offered(takes)];
  return [...names, ...value, `-d ${quoted(says)}`].filter((part) => part !== '').join(' ');
}

function offered(take: Take): string {
  if (typeof take !== 'string') return `-a ${quoted(take.join(' '))}`;
  switch (take) {
    case 'service':
    case 'job':
    case 'stage':
    case 'node':
      return `-a '(__reconcile_names ${take})'`;
    case 'file':
      return '-F';
    case 'directory':
      return `-a '(__fish_complete_directories (commandline -ct))'`;
    case 'text':
      return '';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
