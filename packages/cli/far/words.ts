/** The words that are for another machine: without those that named it. `ends`: what follows that word belongs to a program. */
export function farWords(words: readonly string[], ends: string | undefined): string[] {
  const marks = [words.indexOf('--'), ends === undefined ? -1 : words.indexOf(ends)].filter((at) => at >= 0);
  const limit = Math.min(words.length, ...marks);
  const kept: string[] = [];
  for (let at = 0; at < limit; at++) {
    const word = words[at] ?? '';
    if (word === '-H' || word === '--host') at++;
    else if (word !== '--all-nodes' && !word.startsWith('--host=') && !/^-H./.test(word)) kept.push(word);
  }
  return [...kept, ...words.slice(limit)];
}

/** ssh joins words with spaces and gives them to a shell: each is one word there, whatever is in it (POSIX, 2.2.2). */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The last line that says something. */
export function lastWords(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '') ?? 'it said nothing';
}
