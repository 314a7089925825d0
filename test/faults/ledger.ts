import type { Violation } from './oracle.ts';
import { type GroundName, pointsOf } from './points.ts';

/** One run, as a line of the ledger: campaigns append to it, and all that it holds is told together. */
export interface LedgerRow {
  readonly on: GroundName;
  /** Pattern that points were chosen by: a seed means a run only together with it. */
  readonly points: string;
  readonly seed: number;
  readonly point: string;
  readonly rules: readonly string[];
  readonly changes: readonly string[];
  /** Times that we were killed. 0: the point never came. */
  readonly faults: number;
  readonly passes: number;
  readonly tookMs: number;
  readonly violations: readonly Violation[];
}

/** Rows of a ledger; a line that was cut by a kill is left out. */
export function readLedger(text: string): LedgerRow[] {
  const rows = new Map<string, LedgerRow>();
  for (const line of text.split('\n')) {
    if (!line.endsWith('}')) continue;
    const row = JSON.parse(line) as LedgerRow;
    rows.set(`${row.on} ${row.points} ${row.seed}`, row);
  }
  return [...rows.values()];
}

/** The seed that a campaign goes on with. */
export function nextSeed(rows: readonly LedgerRow[], { on, points }: { on: GroundName; points: string }): number {
  const same = rows.filter((row) => row.on === on && row.points === points);
  return same.reduce((next, { seed }) => Math.max(next, seed + 1), 0);
}

/** What runs it again. */
export function replayOf({ on, points, seed }: LedgerRow): string {
  return `./dev faults --on ${on}${points === '' ? '' : ` --points '${points}'`} --seed ${seed} --runs 1`;
}

/** A table: crashes per point and ground, and what they broke. The last rerun of a run is what counts. */
export function summaryOf(rows: readonly LedgerRow[]): string {
  const names = [...new Set([...pointsOf('podman'), ...pointsOf('fake')].map(({ name }) => name))];
  const at = (name: string, on: GroundName) => rows.filter((row) => row.on === on && row.point === name);
  const met = (some: readonly LedgerRow[]) => some.filter(({ faults }) => faults > 0).length;
  const broken = (some: readonly LedgerRow[]) => some.filter(({ violations }) => violations.length > 0);
  const lines = names.map((name) => {
    const [fake, podman] = [at(name, 'fake'), at(name, 'podman')];
    return [name, met(fake), met(podman), broken([...fake, ...podman]).length] as const;
  });
  const faults = (on: GroundName) => rows.filter((row) => row.on === on).reduce((sum, row) => sum + row.faults, 0);
  const mostPasses = rows.reduce((most, { passes }) => Math.max(most, passes), 0);
  const total = ['crashes in all', faults('fake'), faults('podman'), broken(rows).length] as const;
  const text = [['point', 'fake', 'podman', 'broken'] as const, ...lines, total]
    .map(([name, ...numbers]) => `${name.padEnd(30)}${numbers.map((n) => String(n).padStart(9)).join('')}`)
    .join('\n');
  const missed = rows.filter(({ faults: n }) => n === 0).length;
  return `${text}\nruns ${rows.length}, of which ${missed} never came to their point; at most ${mostPasses} passes\n`;
}
