import { isFleetError } from '@reconcile/core';
import fc from 'fast-check';
import { readers } from '../../../packages/drivers/podman/client/answers.fixture.ts';
import { parseJson } from '../../../packages/drivers/podman/client/shape.ts';
import type { Target } from './target.ts';

const which = fc.nat(readers.length - 1);
const some = fc.oneof(
  fc.record({ which, text: fc.json({ maxDepth: 5 }) }),
  fc.record({ which, text: fc.array(fc.json({ maxDepth: 3 }), { maxLength: 4 }).map((all) => `[${all.join()}]`) }),
  fc.record({ which, text: fc.string({ unit: 'binary', maxLength: 80 }) }),
);

/** What podman answers to ps, inspect, images, network, volume, secret and info: understood, or PODMAN_GARBLED. */
export const target: Target = {
  seeds: readers.map(([, answer], at) => ({ which: at, text: JSON.stringify(answer) })),
  generate: (seed, count) => fc.sample(some, { seed, numRuns: count }),
  read(one) {
    const [read] = readers[one.which] ?? [];
    if (read === undefined) throw new Error(`no reader ${one.which}`);
    try {
      read(parseJson(one.text, 'podman'));
    } catch (error) {
      if (!isFleetError(error) || error.code !== 'PODMAN_GARBLED') throw error;
    }
  },
};
