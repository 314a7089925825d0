import type { ImageRow } from '../client/contract.ts';

/** Between this look at an image and the making of a container by its name somebody may move the tag anyway, ms. */
const recentMs = 500;

/** Images that were looked at just now: many containers of one image are made in one go. Only what is there is remembered. */
export class RecentImages {
  readonly #seen = new Map<string, { readonly at: number; readonly image: Promise<ImageRow | undefined> }>();

  get(
    ref: string,
    { now, ask }: { now: number; ask: () => Promise<ImageRow | undefined> },
  ): Promise<ImageRow | undefined> {
    const last = this.#seen.get(ref);
    if (last !== undefined && Math.abs(now - last.at) < recentMs) return last.image;
    const forget = () => {
      if (this.#seen.get(ref)?.image === image) this.#seen.delete(ref);
    };
    const image = ask();
    this.#seen.set(ref, { at: now, image });
    image.then((found) => found === undefined && forget(), forget);
    return image;
  }
}
