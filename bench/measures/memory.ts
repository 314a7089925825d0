import { figures } from '../figures.ts';
import { alone, type Row } from '../row.ts';
import type { Fleets } from '../world.ts';

/** The command's largest resident set: while all is well, and while everything is made. Leaves everything running. */
export async function memory({ options, size, us }: Fleets): Promise<Row[]> {
  const limit = { unit: 'MiB', limit: 100 } as const;
  await us.place.endServices();
  const quiet = Array.from({ length: options.quick ? 3 : 5 }, () => us.peakMiB());
  const first: number[] = [];
  for (let run = 0; run < options.firstRuns; run++) {
    await us.forget();
    first.push(us.peakMiB());
  }
  await us.place.endServices();
  return [
    alone({ measure: `resident set, quiet pass, N=${size}`, ...limit }, figures(quiet)),
    alone({ measure: `resident set, first convergence, N=${size}`, ...limit }, figures(first)),
  ];
}
