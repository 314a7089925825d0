import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One finished piece of a campaign: its seed, and what is added up over all pieces. */
export interface LedgerRow {
  readonly seed: number;
  readonly counts: Readonly<Record<string, number>>;
}

function fileOf(name: string): string | undefined {
  const out = process.env.RECONCILE_OUT;
  return out === undefined ? undefined : join(out, `campaign-${name}.jsonl`);
}

/** Written as each piece ends, so that a run that was ended early still counts for what it did. */
export async function enter(name: string, row: LedgerRow): Promise<void> {
  const file = fileOf(name);
  if (file === undefined) return;
  await mkdir(join(file, '..'), { recursive: true });
  await appendFile(file, `${JSON.stringify(row)}\n`);
}

/** Pieces of this and of all earlier runs; a line that was cut by a kill is left out. */
export async function entered(name: string): Promise<readonly LedgerRow[]> {
  const file = fileOf(name);
  const text = file === undefined ? '' : await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as LedgerRow);
}

/** The sums over all runs, as figures of a report. */
export async function inAll(name: string): Promise<Readonly<Record<string, number>>> {
  const rows = await entered(name);
  const sums: Record<string, number> = { 'pieces in all': rows.length };
  for (const { counts } of rows)
    for (const [key, count] of Object.entries(counts)) sums[`${key}, in all`] = (sums[`${key}, in all`] ?? 0) + count;
  return sums;
}
