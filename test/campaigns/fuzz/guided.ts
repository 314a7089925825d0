import { numbers } from '../../faults/schedule.ts';
import type { Coverage } from './coverage.ts';
import { mutated } from './mutate.ts';
import type { Case, Target } from './target.ts';

/** Of reliability row 3.20: how long one reading may take. */
const slowMs = 250;
const batch = 400;
/** Cases kept for what they reached; the oldest give way. */
const most = 2_000;

export interface Found {
  readonly cases: number;
  /** What broke, with the case as base64. */
  readonly defects: readonly string[];
  readonly slowestMs: number;
}

/** Fuzzes one target: a quarter of each batch out of nothing, the rest changed from what reached something new. */
export class Guided {
  readonly corpus: Case[];

  constructor(
    private readonly target: Target,
    private readonly coverage: Coverage,
  ) {
    this.corpus = [...target.seeds];
  }

  /** One piece, the same for the same seed and corpus, of about so many cases. */
  async piece(seed: number, { count, untilMs }: { count: number; untilMs: number }): Promise<Found> {
    const number = numbers(seed);
    const defects: string[] = [];
    let [cases, slowestMs] = [0, 0];
    const prototype = Reflect.ownKeys(Object.prototype).length;
    for (let round = 0; cases < count && performance.now() < untilMs; round++) {
      const made = [...this.target.generate(seed * 1000 + round, batch / 4), ...this.changed(number, (batch * 3) / 4)];
      for (const one of made) {
        const startedAt = performance.now();
        const defect = await this.trouble(one);
        const tookMs = performance.now() - startedAt;
        // A machine that others use as well stands still at times: only what is slow again is slow.
        const truly = tookMs > slowMs ? Math.min(tookMs, await this.again(one), await this.again(one)) : tookMs;
        slowestMs = Math.max(slowestMs, truly);
        if (defect !== undefined) defects.push(`${defect}: ${coded(one)}`);
        if (truly > slowMs) defects.push(`${Math.round(truly)} ms: ${coded(one)}`);
      }
      cases += made.length;
      if (Reflect.ownKeys(Object.prototype).length !== prototype) defects.push(`a changed prototype in round ${round}`);
      if (this.coverage.isFresh(false)) await this.keepFresh(made);
    }
    return { cases, defects, slowestMs };
  }

  private changed(number: (below: number) => number, count: number): Case[] {
    return Array.from({ length: count }, () => {
      const { text, which } = this.corpus[number(this.corpus.length)] ?? { text: '', which: 0 };
      const other = this.corpus[number(this.corpus.length)]?.text ?? '';
      return { which, text: mutated(text, [other], number) };
    });
  }

  private async trouble(one: Case): Promise<string | undefined> {
    try {
      await this.target.read(one);
      return undefined;
    } catch (error) {
      return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : String(error);
    }
  }

  private async again(one: Case): Promise<number> {
    const startedAt = performance.now();
    await this.trouble(one);
    return performance.now() - startedAt;
  }

  /** Halves them until who reached something new stands alone: a look at the coverage costs as much as many cases. */
  private async keepFresh(made: readonly Case[]): Promise<void> {
    for (const one of made) await this.trouble(one);
    const [only] = made;
    if (only === undefined || !this.coverage.isFresh(made.length === 1)) return;
    if (made.length > 1) {
      const half = Math.ceil(made.length / 2);
      await this.keepFresh(made.slice(0, half));
      await this.keepFresh(made.slice(half));
      return;
    }
    this.corpus.push(only);
    if (this.corpus.length > most) this.corpus.splice(this.target.seeds.length, 1);
  }
}

function coded({ text, which }: Case): string {
  return `reader ${which}, ${Buffer.from(text).toString('base64')}`;
}
