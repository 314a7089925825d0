/**
 * One word of an `Exec…=` or `Environment=` line, so that the program gets exactly it: quotes, specifiers and variables are
 * systemd's own (systemd.service(5), "Command lines"; systemd.syntax(7)).
 */
export function unitWord(word: string): string {
  const plain = word.replaceAll('%', '%%');
  if (/^[A-Za-z0-9_./:=,@%+-]+$/.test(plain)) return plain;
  const quoted = plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return `"${quoted}"`;
}

/** A command line; `$` would be a variable there. */
export function unitWords(words: readonly string[]): string {
  return words.map((word) => unitWord(word).replaceAll('$', '$$$$')).join(' ');
}
