import { inTurns } from '../figures.ts';
import { besidePeer, type Row } from '../row.ts';
import type { Fleets } from '../world.ts';

/** Somebody removed one container: one pass until it runs again. Ours starts podman's service each time anew. */
export async function removed({ options, shell, size, us }: Fleets): Promise<Row[]> {
  // Another one each time: what is taken away again and again is held, somebody seems to want it so.
  const victims = () => {
    let next = 0;
    return () => `s${1 + (next++ % size)}`;
  };
  const [theirs, ours] = [victims(), victims()];
  const seen = await inTurns(options.runs, {
    peer: () => {
      const victim = theirs();
      shell.place.podman('rm', '-f', '-t', '0', '--', victim);
      return shell.exists();
    },
    us: async () => {
      const victim = ours();
      us.place.podman('rm', '-f', '-t', '0', '--', us.containerOf(victim));
      await us.place.endServices();
      const { tookMs } = us.apply();
      if (us.containerOf(victim) === '') throw new Error(`${victim} was not repaired`);
      return tookMs;
    },
  });
  await us.place.endServices();
  return [
    besidePeer({ measure: `one of ${size} removed`, limit: 1 / 5, limitText: '1/5', peer: 'bash loop, exists' }, seen),
  ];
}
