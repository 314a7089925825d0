import { noRealPodman } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { perform } from '../faults/perform.ts';
import { PodmanGround } from '../faults/podman-ground.ts';
import { pointsOf } from '../faults/points.ts';
import { runOf } from '../faults/schedule.ts';
import { origin } from '../faults/world.ts';
import { noRegistry } from './registry.fixture.ts';

// The quick gate of `./dev faults --on podman`: the built command, killed by SIGKILL at some of its boundaries.

const reason = noRealPodman() ?? noRegistry();
const points = pointsOf('podman');
/** From each part of the table one. */
const seeds = Array.from({ length: 9 }, (_, n) => n * 13 + 2);

describe.skipIf(reason !== undefined)(`killed at a boundary ${reason ?? ''}`, () => {
  let ground: PodmanGround;

  beforeAll(async () => {
    ground = await PodmanGround.make();
  });
  afterAll(() => ground?.close());

  it('the kill kills: what came before it is there, what comes after it is not', async () => {
    const before = await ground.see();
    await ground.want({ ...origin, db: 2 });
    expect(await ground.pass('after:kill:container.create')).toMatchObject({ isCut: true });
    const made = (await ground.see()).containers.filter(({ id }) => before.containers.every((one) => one.id !== id));
    expect(made).toMatchObject([{ slot: 'db/main', version: '2', isRunning: false }]);
    expect(await ground.pass()).toMatchObject({ isCut: false, failures: [] });
  });

  it.each(seeds.map((seed) => runOf(seed, points, 'podman')))('seed $seed: $rules in $changes', async (run) => {
    const { faults, violations } = await perform(run, ground);
    expect(violations).toEqual([]);
    expect(faults).toBeGreaterThan(0);
  });
});
