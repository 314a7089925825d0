import { readFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { campaign } from './campaign.ts';
import { type LedgerRow, nextSeed, readLedger, replayOf, summaryOf } from './ledger.ts';
import type { GroundName } from './points.ts';

// `./dev faults`: kills at boundaries, by the thousand. Each run goes to the ledger (file descriptor 3) as it ends, so that a
// campaign that is stopped goes on where it was.

const say = (line: string) => void process.stdout.write(`${line}\n`);
const ledgerDescriptor = 3;

/** Every so many runs a line says how far it is. */
const sayEvery = 50;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      on: { type: 'string', default: 'fake' },
      points: { type: 'string', default: '' },
      seed: { type: 'string', default: '0' },
      runs: { type: 'string', default: '114' },
      seconds: { type: 'string', default: '86400' },
      /** Of a ledger that is read: says the next seed, or the whole of it. */
      next: { type: 'string' },
      summary: { type: 'string' },
    },
  });
  const { next, on, points, summary } = values;
  if (on !== 'fake' && on !== 'podman') {
    process.stderr.write('--on fake or --on podman\n');
    return 64;
  }
  const numbers = { seed: Number(values.seed), runs: Number(values.runs), seconds: Number(values.seconds) };
  if (Object.values(numbers).some((number) => !(number >= 0))) {
    process.stderr.write('--seed, --runs and --seconds are numbers\n');
    return 64;
  }
  if (next !== undefined) return told(String(nextSeed(readLedger(readFileSync(next, 'utf8')), { on, points })));
  if (summary !== undefined) return told(summaryOf(readLedger(readFileSync(summary, 'utf8'))));
  return run({ on, points, ...numbers });
}

function told(text: string): number {
  say(text);
  return 0;
}

async function run(options: {
  readonly on: GroundName;
  readonly points: string;
  readonly seed: number;
  readonly runs: number;
  readonly seconds: number;
}): Promise<number> {
  const { on, points, runs, seed } = options;
  say(`./dev faults --on ${on} --points '${points}' --seed ${seed} --runs ${runs}`);
  const startedAt = performance.now();
  let ended = 0;
  const broken = await campaign({
    ...options,
    ended: (row) => {
      ended++;
      writeSync(ledgerDescriptor, `${JSON.stringify(row)}\n`);
      if (row.violations.length > 0) say(brokenText(row));
      const perMinute = Math.round((ended * 60_000) / (performance.now() - startedAt));
      if (ended % sayEvery === 0) say(`${ended} of ${runs} runs, seed ${row.seed}, ${perMinute} a minute`);
    },
  });
  const took = Math.round((performance.now() - startedAt) / 1000);
  say(`${ended} runs in ${took} s, ${broken} broken`);
  return broken === 0 ? 0 : 1;
}

function brokenText(row: LedgerRow): string {
  const found = row.violations.map(({ kind, message }) => `  ${kind}: ${message}`).join('\n');
  return `BROKEN ${row.rules.join(', then ')} in ${row.changes.join(' and ')}\n${found}\n  again: ${replayOf(row)}`;
}

// What was killed in memory waits for ever: nothing here is left to wait for.
process.exit(await main());
