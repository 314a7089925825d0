import { allWords, type OptionModel, takeText, valued, type WordModel } from './completion-model.ts';

/** A script for zsh: as the one for bash, with what each word and option means beside it. */
export function zshCompletion(model: WordModel): string {
  const takes = valued(model).map(({ flags, take, words }) => {
    const places =
      words === 'all'
        ? flags.map((flag) => `*:${flag}`)
        : words.flatMap((word) => flags.map((flag) => quoted(`${word}:${flag}`)));
    return `    ${places.join(' | ')}) take=${quoted(takeText(take))} ;;`;
  });
  const words = allWords(model).map((word) => {
    const args = word.takes.map((take) => quoted(takeText(take))).join(' ');
    const below = word.words.map((one) => described(one.path.split(' ').at(-1) ?? '', one.says)).join(' ');
    const flags = word.options.flatMap((option) => flagsOf(option)).join(' ');
    return `    ${quoted(word.path)}) flags=(${flags}) args=(${args}) again=${word.again ? 1 : 0} below=(${below}) ;;`;
  });
  return `#compdef reconcile
# zsh completion of reconcile. Now:   source <(reconcile completion zsh)
# For good: reconcile completion zsh >/usr/local/share/zsh/site-functions/_reconcile

_reconcile_takes() {
  case "$1:$2" in
${takes.join('\n')}
    *) return 1 ;;
  esac
}

_reconcile_word() {
  case "$1" in
${words.join('\n')}
    *) return 1 ;;
  esac
}

_reconcile_offer() {
  local -a names
  case "$1" in
    service | job | stage | node)
      names=(\${(f)"$(reconcile $given __names -- $1 "$PREFIX" 2>/dev/null)"})
      compadd -a names
      ;;
    file) _files ;;
    directory) _files -/ ;;
    '='*)
      names=(\${(s: :)\${1#=}})
      compadd -a names
      ;;
  esac
}

_reconcile() {
  local word= take= this i n=0 again=0
  local -a flags args below given
  for ((i = 2; i < CURRENT; i++)); do
    this=\${words[i]}
    case "$this" in
      --*=*) ;;
      -*)
        _reconcile_takes "$word" "$this" || continue
        ((i++))
        if ((i >= CURRENT)); then
          _reconcile_offer "$take"
          return
        fi
        [[ $this == --config || $this == --repo ]] && given+=("$this" "\${words[i]/#\\~/$HOME}")
        ;;
      *)
        if ((n == 0)) && _reconcile_word "\${word:+$word }$this"; then word="\${word:+$word }$this"; else ((n++)); fi
        ;;
    esac
  done
  _reconcile_word "$word"
  if [[ $PREFIX == --*=* ]]; then
    _reconcile_takes "$word" "\${PREFIX%%=*}" && compset -P 1 '*=' && _reconcile_offer "$take"
  elif [[ $PREFIX == -* ]]; then
    _describe -o option flags
  elif ((\${#below} && n == 0)); then
    _describe command below
  elif ((n < \${#args})); then
    _reconcile_offer "\${args[n + 1]}"
  elif ((again)); then
    _reconcile_offer "\${args[-1]}"
  fi
}

if [[ \${funcstack[1]} == _reconcile ]]; then _reconcile "$@"; else compdef _reconcile reconcile; fi
`;
}

function flagsOf({ flags, says }: OptionModel): string[] {
  return flags.map((flag) => described(flag, says));
}

/** \`name:what it is\`: the first colon parts them. */
function described(name: string, says: string): string {
  return quoted(`${name}:${says}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
