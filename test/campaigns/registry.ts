import { spawn } from 'node:child_process';
import { enter, inAll } from './ledger.ts';
import type { CampaignEnd, CampaignOptions } from './main.ts';

/** Kills of one piece; as many files again, twice, are damaged. */
const piece = 100;
const pieceTimeoutMs = 1_800_000;

/**
 * The registry under `kill -9` and with damaged files: its own tests, in their long form and piece by piece. `--runs` counts kills; twice as
 * many files are damaged. Every acknowledged write has to be there, and every file to open again, moved aside or not.
 */
export async function registryCampaign({ runs, seed, say }: CampaignOptions): Promise<CampaignEnd> {
  const broken: string[] = [];
  for (let done = 0; done < runs; done += piece) {
    const kills = Math.min(piece, runs - done);
    const own = seed + done / piece;
    const killed = await passes('contract', 'packages/registry/crash.real.test.ts', { RECONCILE_KILLS: `${kills}` });
    const opened = await passes('unit', 'packages/registry/damage.test.ts', {
      ...{ RECONCILE_DAMAGED: `${2 * kills}`, RECONCILE_SEED: `${own}` },
    });
    for (const said of [killed, opened]) if (said !== undefined) broken.push(`seed ${own}: ${said.slice(-2000)}`);
    await enter('registry', {
      seed: own,
      counts: {
        kills,
        'damaged files': 2 * kills,
        broken: Number(killed !== undefined) + Number(opened !== undefined),
      },
    });
    say(`seed ${own}: ${done + kills} kills, ${2 * (done + kills)} damaged files, ${broken.length} broken`);
  }
  return { isKept: broken.length === 0, figures: { ...(await inAll('registry')), broken } };
}

/** Runs one test file; what it said, if it failed. */
function passes(project: string, file: string, env: Readonly<Record<string, string>>): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, file];
    const child = spawn(process.execPath, vitest, {
      env: { ...process.env, ...env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: pieceTimeoutMs,
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0 ? undefined : said));
  });
}
