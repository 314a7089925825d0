import { runEdits, runQuiet } from '../e2e/edits-run.fixture.ts';
import { editsWorld } from '../e2e/edits-world.fixture.ts';
import type { CampaignEnd, CampaignOptions } from './main.ts';

/** Edits of routes, records and certificates behind our back, at random, then quiet passes. `--from N` goes on where one broke. */
export async function editsCampaign(options: CampaignOptions): Promise<CampaignEnd> {
  const world = await editsWorld();
  try {
    const ends = await runEdits(world, options);
    await runQuiet(world, options.passes);
    return { isKept: true, figures: { ...ends, 'quiet passes': options.passes, 'writes in them': 0 } };
  } finally {
    await world.close();
  }
}
