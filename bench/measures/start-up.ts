import { join } from 'node:path';
import { runChild } from '../child.ts';
import { inTurns } from '../figures.ts';
import { besidePeer, type Row } from '../row.ts';
import type { World } from '../world.ts';

const command = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'reconcile.js');

/** What every command costs before it does anything. */
export async function startUp({ env, options }: World): Promise<Row[]> {
  const node = (...args: readonly string[]) => runChild([process.execPath, ...args], { env }).tookMs;
  const runs = options.quick ? 11 : 31;
  const seen = await inTurns(runs, { peer: () => node('-e', '0'), us: () => node(command, '--help') });
  return [besidePeer({ measure: 'reconcile --help', limit: 2.5, peer: 'node -e 0' }, seen)];
}
