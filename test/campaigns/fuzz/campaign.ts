import { enter, inAll } from '../ledger.ts';
import type { CampaignEnd, CampaignOptions } from '../main.ts';
import { bundledTarget, bundles } from './bundled.ts';
import { Coverage } from './coverage.ts';
import { Guided } from './guided.ts';

/** Cases of one piece of the ledger. */
const piece = 20_000;

/** Definitions, by the code that the thread runs, in this process: for `--seconds`. */
export function fuzzDefinitions(options: CampaignOptions): Promise<CampaignEnd> {
  return fuzz('definitions', options);
}

/** Answers of podman, for `--seconds`. */
export function fuzzAnswers(options: CampaignOptions): Promise<CampaignEnd> {
  return fuzz('answers', options);
}

async function fuzz(target: string, { say, seconds, seed }: CampaignOptions): Promise<CampaignEnd> {
  const name = `fuzz-${target}`;
  const coverage = new Coverage(bundles);
  const guided = new Guided(await bundledTarget(target), coverage);
  const defects: string[] = [];
  const rejected = (reason: unknown) => void defects.push(`unhandled rejection: ${String(reason)}`);
  process.on('unhandledRejection', rejected);
  const startedAt = performance.now();
  let [cases, slowestMs] = [0, 0];
  for (let own = seed; performance.now() - startedAt < seconds * 1000; own++) {
    const found = await guided.piece(own, { count: piece, untilMs: startedAt + seconds * 1000 });
    defects.push(...found.defects);
    cases += found.cases;
    slowestMs = Math.max(slowestMs, found.slowestMs);
    await enter(name, { seed: own, counts: { cases: found.cases, defects: found.defects.length } });
    say(
      `seed ${own}: ${cases} cases, ${guided.corpus.length} kept, ${coverage.size} characters, ${defects.length} defects`,
    );
  }
  process.off('unhandledRejection', rejected);
  const perSecond = Math.round(cases / ((performance.now() - startedAt) / 1000));
  return {
    isKept: defects.length === 0,
    figures: {
      cases,
      'a second': perSecond,
      'kept for what they reached': guided.corpus.length,
      'characters of source reached': coverage.size,
      'slowest, ms': Math.round(slowestMs),
      ...(await inAll(name)),
      defects: defects.slice(0, 20),
    },
  };
}
