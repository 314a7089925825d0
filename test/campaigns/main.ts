import { mkdir, writeFile } from 'node:fs/promises';
import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { editsCampaign } from './edits.ts';
import { fuzzAnswers, fuzzDefinitions } from './fuzz/campaign.ts';
import { killsCampaign } from './kills.ts';
import { loadCampaign } from './load.ts';
import { lockoutCampaign } from './lockout.ts';
import { registryCampaign } from './registry.ts';
import { truncateCampaign } from './truncate.ts';
import { upgradesCampaign } from './upgrades.ts';

// Long runs, most of them over a real world, started by `./dev campaign NAME`. Each prints its seed and options, so that it can be run again
// or gone on with, and leaves a report; a promise that was broken is exit code 1.

/** What a campaign came to. */
export interface CampaignEnd {
  readonly isKept: boolean;
  readonly figures: Readonly<Record<string, string | number | readonly string[]>>;
}

export interface CampaignOptions {
  readonly seed: number;
  readonly from: number;
  readonly edits: number;
  readonly passes: number;
  readonly seconds: number;
  readonly rate: number;
  readonly redeploys: number;
  readonly runs: number;
  readonly say: (line: string) => void;
}

const campaigns: Readonly<Record<string, (options: CampaignOptions) => Promise<CampaignEnd>>> = {
  edits: editsCampaign,
  'fuzz-answers': fuzzAnswers,
  'fuzz-definitions': fuzzDefinitions,
  kills: killsCampaign,
  load: loadCampaign,
  lockout: lockoutCampaign,
  registry: registryCampaign,
  truncate: truncateCampaign,
  upgrades: upgradesCampaign,
};

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      from: { type: 'string', default: '0' },
      edits: { type: 'string', default: '100' },
      passes: { type: 'string', default: '100' },
      seconds: { type: 'string', default: '300' },
      rate: { type: 'string', default: '200' },
      redeploys: { type: 'string', default: '20' },
      runs: { type: 'string', default: '100' },
    },
  });
  const [name = ''] = positionals;
  const campaign = Object.hasOwn(campaigns, name) ? campaigns[name] : undefined;
  if (campaign === undefined) {
    process.stderr.write(`which campaign? one of ${Object.keys(campaigns).join(', ')}\n`);
    return 64;
  }
  const numbers = Object.fromEntries(Object.entries(values).map(([key, text]) => [key, Number(text)]));
  const options = numbers as unknown as Omit<CampaignOptions, 'say'>;
  const command = `./dev campaign ${name} ${Object.entries(values)
    .map(([key, text]) => `--${key} ${text}`)
    .join(' ')}`;
  say(command);
  say(machine());
  const startedAt = performance.now();
  const end = await campaign({ ...options, say }).catch((error: unknown): CampaignEnd => {
    return { isKept: false, figures: { why: inspect(error) } };
  });
  const took = `${Math.round((performance.now() - startedAt) / 1000)} s`;
  const figures = {
    ...end.figures,
    took,
    load: loadavg()
      .map((one) => one.toFixed(1))
      .join(' '),
  };
  for (const [key, value] of Object.entries(figures))
    say(`${key.padEnd(24)} ${Array.isArray(value) ? value.join('; ') : value}`);
  say(end.isKept ? 'kept' : 'BROKEN');
  await report(name, { command, machine: machine(), isKept: end.isKept, ...figures });
  return end.isKept ? 0 : 1;
}

function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} x ${cpu?.model.trim() ?? arch()}, ${Math.round(totalmem() / 2 ** 30)} GiB, kernel ${release()}, node ${process.version}`;
}

async function report(name: string, content: object): Promise<void> {
  const out = process.env.RECONCILE_OUT;
  if (out === undefined) return;
  await mkdir(out, { recursive: true });
  await writeFile(join(out, `campaign-${name}.json`), `${JSON.stringify(content, null, 2)}\n`);
}

process.exitCode = await main();
