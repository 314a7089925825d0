import type { ReadHost } from '@reconcile/host';
import { expect, test } from 'vitest';
import { drillPlaces } from './places.ts';

// What a drill left is found by its directory; where its podman ran stands in a file, which is removed with everything below.

const id = '0123456789ab';
const own = `/run/user/1000/reconcile/drill-${id}`;

function hostWith(owner: string | undefined): ReadHost {
  return {
    home: { runtimeDir: '/run/user/1000' },
    proc: { bootId: async () => 'b', startTicks: async (pid: number) => (pid === 7 ? 70 : undefined) },
    files: {
      list: async (path: string) => (path === '/n/drill' ? [id, 'notes', '../etc'] : []),
      text: async () => owner,
    },
  } as unknown as ReadHost;
}

const owned = (of: object) => JSON.stringify({ pid: 7, startTicks: 70, bootId: 'b', run: own, ...of });

test.each<[string, string | undefined, string, number | undefined]>([
  ['one that runs', owned({}), own, 7],
  ['killed: another process has its number', owned({ startTicks: 69 }), own, undefined],
  ['of another boot', owned({ bootId: 'a' }), own, undefined],
  [
    'elsewhere, as its runtime directory was then',
    owned({ run: `/tmp/x/reconcile/drill-${id}` }),
    `/tmp/x/reconcile/drill-${id}`,
    7,
  ],
  ['killed before it said whose it is', undefined, own, undefined],
  ['cut short', owned({}).slice(0, 20), own, undefined],
  ['damaged: a directory of others', owned({ run: '/home/ops' }), own, undefined],
  [
    'damaged: the directory of another drill',
    owned({ run: '/run/user/1000/reconcile/drill-ba9876543210' }),
    own,
    undefined,
  ],
  ['damaged: a way up', owned({ run: `/run/../home/reconcile/drill-${id}` }), own, undefined],
  ['damaged: no absolute path', owned({ run: `x/reconcile/drill-${id}` }), own, undefined],
])('%s', async (_name, owner, run, pid) => {
  const found = await drillPlaces({ stateDir: '/n' }, hostWith(owner));
  expect(found.map(({ pid: running, place }) => [place.id, place.run, running])).toEqual([[id, run, pid]]);
});
