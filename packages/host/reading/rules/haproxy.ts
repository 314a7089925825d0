/** haproxy(1): print the version, or check configuration files and end. */
export function isReadingHaproxy(args: readonly string[]): boolean {
  if (args.length === 1) return args[0] === '-v' || args[0] === '-vv';
  const [check, ...rest] = args;
  if (check !== '-c') return false;
  const files = rest[0] === '-q' || rest[0] === '-V' ? rest.slice(1) : rest;
  if (files.length === 0 || files.length % 2 !== 0) return false;
  return files.every((word, i) => (i % 2 === 0 ? word === '-f' : !word.startsWith('-')));
}
