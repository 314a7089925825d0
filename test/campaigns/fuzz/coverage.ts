import { type Profiler, Session } from 'node:inspector';

/** Which characters of some sources were ever run, by V8's own block coverage. Begin it before those sources are loaded. */
export class Coverage {
  private readonly session = new Session();
  private readonly run = new Map<string, Uint8Array>();

  /** @param urls Of the sources that count. */
  constructor(private readonly urls: RegExp) {
    this.session.connect();
    this.session.post('Profiler.enable');
    this.session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
  }

  /** Did anything since the last look reach what nothing had reached before? Only `keep` makes it known from now on. */
  isFresh(keep: boolean): boolean {
    let isFresh = false;
    for (const script of this.take()) {
      const now = reached(script);
      const before = grown(this.run.get(script.url), now.length);
      for (let at = 0; at < now.length; at++) {
        if (now[at] === 0 || before[at] === 1) continue;
        isFresh = true;
        if (keep) before[at] = 1;
      }
      if (keep) this.run.set(script.url, before);
    }
    return isFresh;
  }

  /** Characters that were run. */
  get size(): number {
    let size = 0;
    for (const one of this.run.values()) size += one.reduce((sum, bit) => sum + bit, 0);
    return size;
  }

  /** A session of one's own thread answers before `post` returns. */
  private take(): readonly Profiler.ScriptCoverage[] {
    let taken: readonly Profiler.ScriptCoverage[] = [];
    this.session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error;
      taken = result.filter(({ url }) => this.urls.test(url));
    });
    return taken;
  }
}

/** A look lists only functions that ran since the last one: what it tells of may end earlier or later. */
function grown(bits: Uint8Array = new Uint8Array(), length: number): Uint8Array {
  if (bits.length >= length) return bits;
  const longer = new Uint8Array(length);
  longer.set(bits);
  return longer;
}

/** Inner ranges come after those around them. */
function reached({ functions }: Profiler.ScriptCoverage): Uint8Array {
  const ranges = functions.flatMap((one) => one.ranges);
  const end = ranges.reduce((most, { endOffset }) => Math.max(most, endOffset), 0);
  const bits = new Uint8Array(end);
  for (const { count, endOffset, startOffset } of ranges) bits.fill(Number(count > 0), startOffset, endOffset);
  return bits;
}
