import { kib, limits } from './limits.ts';
import type { Place } from './report.ts';
import { nearest } from './suggest.ts';

/** The files that definitions mount from the snapshot: they must be there, and be small. */
export class Mounted {
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #folder: string;
  readonly #total: { bytes: number; readonly seen: Set<string> };

  constructor(
    files: ReadonlyMap<string, Uint8Array>,
    service: string,
    total: { bytes: number; readonly seen: Set<string> },
  ) {
    this.#files = files;
    this.#folder = `services/${service}/`;
    this.#total = total;
  }

  use(source: string, place: Place): void {
    const { report, path } = place;
    const name = this.#folder + source;
    const bytes = this.#files.get(name);
    if (bytes === undefined) {
      this.#missing(source, place);
      return;
    }
    if (bytes.length > limits.mountedBytes) {
      report.error('TooLarge', path, {
        message: `${name} has ${kib(bytes.length)}; a mounted file may have ${kib(limits.mountedBytes)}`,
        hint: 'data goes into a volume',
      });
    }
    if (this.#total.seen.has(name)) return;
    this.#total.seen.add(name);
    this.#total.bytes += bytes.length;
    if (this.#total.bytes <= limits.mountedTotalBytes) return;
    report.error('TooLarge', path, `all mounted files together have more than ${kib(limits.mountedTotalBytes)}`);
  }

  #missing(source: string, { report, path }: Place): void {
    const there = [...this.#files.keys()]
      .filter((file) => file.startsWith(this.#folder))
      .map((file) => file.slice(this.#folder.length));
    const inside = there.find((file) => file.startsWith(`${source}/`));
    const near = nearest(source, there);
    const hint =
      inside !== undefined
        ? `it is a directory; name each file, such as "${inside}"`
        : near !== undefined
          ? `did you mean "${near}"?`
          : 'is it committed?';
    report.error('FileMissing', path, { message: `${this.#folder}${source} is not in the snapshot`, hint });
  }
}
