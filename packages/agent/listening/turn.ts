/** What a changed node.toml asks of what listens: the new is there already, and the old as well. One of the two is called, once. */
export interface Turn {
  /** The new counts; the old ends. */
  take(): Promise<void>;
  /** The old counts; the new ends. */
  drop(): Promise<void>;
}

/** Something that listens at one address, or could. */
export interface Bound {
  /** `127.0.0.1:9777`. */
  readonly name: string;
  /** @throws where the address is not there, or taken */
  open(): Promise<void>;
  /** Takes nobody in any more, so that another address of the same port can be had; who is inside may stay. */
  pause(): Promise<void>;
  /** Undoes `pause`. @throws as `open` */
  resume(): Promise<void>;
  close(): Promise<void>;
}

const portOf = (name: string): string => name.slice(name.lastIndexOf(':') + 1);

/**
 * New ones open before old ones close; where an old one has the port that a new one needs, it makes room first, and comes back if
 * nothing comes of it. @throws what `open` throws: then all is as it was
 */
export async function exchange(gone: readonly Bound[], fresh: readonly Bound[]): Promise<Turn> {
  const opened: Bound[] = [];
  const paused: Bound[] = [];
  const drop = async (): Promise<void> => {
    await Promise.all(opened.map((one) => one.close()));
    await Promise.all(paused.map((one) => one.resume()));
  };
  try {
    for (const one of fresh) {
      const rivals = gone.filter((other) => portOf(other.name) === portOf(one.name) && !paused.includes(other));
      for (const rival of rivals) {
        paused.push(rival);
        await rival.pause();
      }
      opened.push(one);
      await one.open();
    }
  } catch (error) {
    await drop();
    throw error;
  }
  return { drop, take: async () => void (await Promise.all(gone.map((one) => one.close()))) };
}

/** Several turns as one. @throws what a part throws: then all is as it was */
export async function together(parts: readonly (() => Promise<Turn>)[]): Promise<Turn> {
  const turns: Turn[] = [];
  const drop = async (): Promise<void> => {
    for (const turn of [...turns].reverse()) await turn.drop();
  };
  try {
    for (const part of parts) turns.push(await part());
  } catch (error) {
    await drop();
    throw error;
  }
  return {
    drop,
    take: async () => {
      for (const turn of turns) await turn.take();
    },
  };
}
