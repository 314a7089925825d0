import type { ReadHost } from '../contract.ts';
import { stampOf } from './changed.ts';

/**
 * A file written this shortly before it was read may be written again within the same tick of the kernel's clock, and then its
 * time would not tell, ms. A tick takes 10 at the slowest setting of Linux.
 */
const settledAfterMs = 25;

/** Texts of a few files that are asked for again and again: read anew only where the file changed, and the same string where not. */
export class KnownTexts {
  readonly #known = new Map<string, { readonly stamp: string; readonly text: string }>();

  async text(host: ReadHost, path: string): Promise<string | undefined> {
    const [stat] = await host.files.stats([path]);
    const stamp = stat === undefined ? '' : stampOf(stat);
    const known = this.#known.get(path);
    if (known !== undefined && known.stamp === stamp) return known.text;
    this.#known.delete(path);
    const text = await host.files.text(path);
    // What a link leads to may change without it.
    const isSettled = stat?.kind === 'file' && host.clock.now() - stat.mtimeMs > settledAfterMs;
    if (text !== undefined && isSettled) this.#known.set(path, { stamp, text });
    return text;
  }
}
