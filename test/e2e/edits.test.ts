import { serversLacking } from '@reconcile/testkit/dns';
import { noRealPodman } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runEdits, runQuiet } from './edits-run.fixture.ts';
import { type EditsWorld, editsWorld } from './edits-world.fixture.ts';

// The short form of `./dev campaign edits`: the same edits, fewer of them, another seed each time.

const reason = noRealPodman() ?? serversLacking;
const seed = Number(process.env.RECONCILE_SEED ?? Date.now() % 1_000_000);

describe.skipIf(reason !== undefined)(`edits behind our back, seed ${seed} ${reason ?? ''}`, () => {
  let world: EditsWorld;

  beforeAll(async () => {
    world = await editsWorld();
  });
  afterAll(() => world?.close());

  it('twenty, of routes, records and certificates: each repaired, or reported and left alone', async () => {
    expect(await world.troubles()).toEqual([]);
    const ends = await runEdits(world, { seed, edits: 20, say: () => undefined });
    expect(ends.repaired + ends.reported).toBe(20);
  });

  it('then twenty quiet passes: no write, no reload, the same serial', () => runQuiet(world, 20));
});
