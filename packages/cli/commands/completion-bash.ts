import { allWords, takeText, valued, type WordModel } from './completion-model.ts';

/** A script for bash 4 and later. Only names of services, jobs, stages and nodes are asked of the program; all else stands in it. */
export function bashCompletion(model: WordModel): string {
  const takes = valued(model).map(({ flags, take, words }) => {
    const places =
      words === 'all'
        ? flags.map((flag) => `*:${flag}`)
        : words.flatMap((word) => flags.map((flag) => `${quoted(`${word}:${flag}`)}`));
    return `    ${places.join(' | ')}) take=${quoted(takeText(take))} ;;`;
  });
  const words = allWords(model).map((word) => {
    const flags = word.options.flatMap((option) => option.flags).join(' ');
    const args = word.takes.map((take) => quoted(takeText(take))).join(' ');
    const below = word.words.map((one) => one.path.split(' ').at(-1)).join(' ');
    return `    ${quoted(word.path)}) flags=${quoted(flags)} args=(${args}) again=${word.again ? 1 : 0} below=${quoted(below)} ;;`;
  });
  return `# bash completion of reconcile. Now:   source <(reconcile completion bash)
# For good: reconcile completion bash >~/.local/share/bash-completion/completions/reconcile

# What an option takes; fails where it takes nothing.
_reconcile_takes() {
  case "$1:$2" in
${takes.join('\n')}
    *) return 1 ;;
  esac
}

# What may follow a word; fails where there is no such word.
_reconcile_word() {
  case "$1" in
${words.join('\n')}
    *) return 1 ;;
  esac
}

_reconcile_offer() {
  local name
  case "$1" in
    service | job | stage | node)
      while IFS= read -r name; do COMPREPLY+=("$name"); done < <(reconcile "\${given[@]}" __names -- "$1" "$cur" 2>/dev/null)
      ;;
    file | directory)
      compopt -o filenames 2>/dev/null
      local kind=-f
      [[ $1 == directory ]] && kind=-d
      while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen "$kind" -- "$cur")
      ;;
    =*)
      while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -W "\${1#=}" -- "$cur")
      ;;
  esac
}

_reconcile() {
  local cur=\${COMP_WORDS[COMP_CWORD]} word= take= flags= below= this value i n=0
  local -i again=0
  local -a args=() given=()
  COMPREPLY=()
  # bash breaks --config=x in three.
  [[ $cur == = ]] && cur=
  for ((i = 1; i < COMP_CWORD; i++)); do
    this=\${COMP_WORDS[i]}
    case "$this" in
      -*)
        _reconcile_takes "$word" "$this" || continue
        ((i++))
        [[ \${COMP_WORDS[i]} == = ]] && ((i++))
        if ((i >= COMP_CWORD)); then
          _reconcile_offer "$take"
          return
        fi
        value=\${COMP_WORDS[i]/#\\~/$HOME}
        [[ $this == --config || $this == --repo ]] && given+=("$this" "$value")
        ;;
      *)
        if ((n == 0)) && _reconcile_word "\${word:+$word }$this"; then word="\${word:+$word }$this"; else ((n++)); fi
        ;;
    esac
  done
  _reconcile_word "$word"
  if [[ $cur == -* ]]; then
    _reconcile_offer "=$flags"
  elif [[ -n $below ]] && ((n == 0)); then
    _reconcile_offer "=$below"
  elif ((n < \${#args[@]})); then
    _reconcile_offer "\${args[n]}"
  elif ((again)); then
    _reconcile_offer "\${args[\${#args[@]} - 1]}"
  fi
}

complete -F _reconcile reconcile
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
