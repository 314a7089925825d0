import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '@reconcile/spec/compile';
import { parseSnapshot } from '@reconcile/spec/parse';
import fc from 'fast-check';
import { nodeFacts, snapshotOf } from '../../../packages/spec/snapshot.fixture.ts';
import type { Case, Target } from './target.ts';

/** From the repository's root, where campaigns are started: this file is run as a bundle. */
const examples = join(process.cwd(), 'examples');
const plain = Buffer.from('name = "home"\nzone = "svc.example.net"\n[nodes.rift]\n');
const neighbour = Buffer.from(
  'name = "db"\nimage = "registry.example.net/db:1"\n[[routes]]\nname = "sql"\nport = 5432\n',
);
/** Readers: as a service, and as fleet.toml. */
const [service, fleet] = [0, 1];

const seeds: Case[] = readdirSync(examples, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.toml'))
  .sort()
  .map((path) => ({
    which: path.endsWith('fleet.toml') ? fleet : service,
    text: readFileSync(join(examples, path), 'utf8'),
  }));

/** Lines of the examples in any order, with odd ones between. */
const line = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...new Set(seeds.flatMap(({ text }) => text.split('\n')))) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.stringMatching(/^[a-z_]{1,12}$/), fc.json({ maxDepth: 2 })).map((of) => of.join(' = ')),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 30, unit: 'binary' }) },
);
const some = fc.record({
  which: fc.constantFrom(service, fleet),
  text: fc.array(line, { maxLength: 25 }).map((lines) => lines.join('\n')),
});

/** A definition beside a good one: problems with their places, or a desired state. */
export const target: Target = {
  seeds,
  generate: (seed, count) => fc.sample(some, { seed, numRuns: count }),
  async read({ text, which }) {
    const bytes = Buffer.from(text);
    const files = new Map<string, Uint8Array>([
      ['fleet.toml', which === fleet ? bytes : plain],
      ['services/db.toml', neighbour],
      ...(which === service ? [['services/fuzzed.toml', bytes] as const] : []),
    ]);
    const parsed = await parseSnapshot(files);
    if (parsed.diagnostics.some(({ message }) => message === '')) throw new Error('a problem without words');
    if (parsed.diagnostics.some(({ severity }) => severity === 'error')) return;
    compile({ ...parsed, snapshot: snapshotOf(files), node: nodeFacts(), generation: 1 });
  },
};
