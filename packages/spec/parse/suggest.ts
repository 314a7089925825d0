/** Words from other tools, and what they are called here. */
const otherWords: Readonly<Record<string, string>> = {
  command: 'cmd',
  args: 'cmd',
  environment: 'env',
  mem_limit: 'memory',
  mem: 'memory',
  cpu: 'cpus',
  pids_limit: 'pids',
  healthcheck: 'health',
  depends: 'depends_on',
  requires: 'depends_on',
  host: 'hostname',
  domain: 'hostname',
  target_port: 'container_port',
  internal_port: 'container_port',
  working_dir: 'workdir',
  volume: 'volumes',
  mounts: 'volumes',
  networks: 'network',
  cron: 'schedule',
  enabled: 'active',
  scale: 'replicas',
};

/** The word that was probably meant: another tool's name of it, else the nearest by edits, if near enough. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const synonym = Object.hasOwn(otherWords, word) ? otherWords[word] : undefined;
  if (synonym !== undefined && known.includes(synonym)) return synonym;
  if (word.length > 64) return undefined;
  const most = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let least = most + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const distance = edits(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Insertions, deletions, changes and swaps of neighbours from one word to another (optimal string alignment). */
export function edits(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(change, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}
