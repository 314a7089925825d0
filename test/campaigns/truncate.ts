import { join } from 'node:path';
import type { Loaded } from '@reconcile/agent/desired';
import { CutNode, wants } from './cut-node.ts';
import { enter, inAll } from './ledger.ts';
import type { CampaignEnd, CampaignOptions } from './main.ts';

const examples = join(import.meta.dirname, '..', '..', 'examples');
const fleets: readonly (readonly string[])[] = [
  ['hello'],
  ['notes'],
  ['platform'],
  ['platform', 'platform/overlay-haproxy'],
];

/**
 * Every definition of every example cut at every byte, and left so: in a plain directory and in a repository's work tree. A node that knew the
 * whole one wants the same to the last field, for it is the planner's only input. Definitions are read in this process, by the code that
 * the thread runs: a thread for each cut would test starting threads.
 */
export async function truncateCampaign({ say }: CampaignOptions): Promise<CampaignEnd> {
  const broken: string[] = [];
  for (const layers of fleets) {
    const counts: Record<string, number> = {};
    for (const type of ['directory', 'git'] as const) {
      const node = await CutNode.make(
        layers.map((layer) => join(examples, layer)),
        type,
      );
      try {
        const whole = wants((await node.load()).desired);
        for (const path of await node.definitions())
          for await (const [length, loaded] of cuts(node, path)) {
            const end = wants(loaded.desired) === whole ? `${type}: ${endOf(loaded)}` : 'broken';
            counts[end] = (counts[end] ?? 0) + 1;
            if (end === 'broken') broken.push(`${layers.join(' + ')} ${path} at ${length} (${type})`);
          }
      } finally {
        await node.close();
      }
    }
    await enter('truncate', { seed: 0, counts });
    say(`${layers.join(' + ')}: ${JSON.stringify(counts)}`);
  }
  return { isKept: broken.length === 0, figures: { ...(await inAll('truncate')), broken: broken.slice(0, 50) } };
}

async function* cuts(node: CutNode, path: string): AsyncGenerator<readonly [number, Loaded]> {
  const bytes = await node.read(path);
  for (let length = 0; length < bytes.length; length++) {
    await node.write(path, bytes.subarray(0, length));
    yield [length, await node.load()];
  }
  await node.write(path, bytes);
}

/** What a node that goes on says about it. */
function endOf({ trouble }: Loaded): string {
  return trouble === undefined ? 'the same' : trouble.code;
}
