import { inTurns } from '../figures.ts';
import { besidePeer, notMeasured, type Row } from '../row.ts';
import type { Fleets } from '../world.ts';

/** Everything is as it should be: how long does it take to find that out? */
export async function quiet({ compose, options, shell, size, us }: Fleets): Promise<Row[]> {
  const judged = size >= 50;
  const measure = `quiet pass, N=${size}`;
  const limit = (of: number) => (judged ? { limit: 1 / of, limitText: `1/${of}` } : {});
  const pass = () => us.pass();
  await us.place.endServices();
  pass();

  // The limit is for the shorter loop; the other one does more of what ours does.
  const exists = { measure, ...limit(13), peer: 'bash loop, exists' };
  const rows = [besidePeer(exists, await inTurns(options.runs, { peer: () => shell.exists(), us: pass }))];
  const bash = { measure, peer: 'bash loop, inspect' };
  rows.push(besidePeer(bash, await inTurns(Math.min(5, options.runs), { peer: () => shell.loop(), us: pass })));
  const other = { measure, ...limit(20), peer: 'docker-compose' };
  if (compose === undefined) rows.push(notMeasured(other, 'no docker-compose here'));
  else rows.push(besidePeer(other, await inTurns(options.runs, { peer: () => compose.up(), us: pass })));
  return rows;
}
