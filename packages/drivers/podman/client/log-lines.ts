/** Time stamp that `podman logs --timestamps` puts before each line; undefined for podman's own messages. */
export function lineTime(line: string): string | undefined {
  return /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*) /.exec(line)?.[1];
}

/** stdout and stderr of a container in the order they were written, stamps removed. Both are sorted already. */
export function mergeLines(out: readonly string[], err: readonly string[]): readonly string[] {
  return [...out, ...err]
    .map((line) => ({ at: lineTime(line) ?? '', line: line.slice(line.indexOf(' ') + 1) }))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .map(({ line }) => line);
}
