import { drillPlaces } from '../../drill/places.ts';
import type { Examined } from '../examined.ts';
import { type Finding, finding } from '../finding.ts';

/** What drills that were killed left: a second podman of this node, with everything that runs in it. */
export async function drills({ config, host }: Examined): Promise<Finding[]> {
  if (config === undefined) return [];
  return (await drillPlaces(config, host)).flatMap(({ pid, place }) => {
    if (pid !== undefined) return [];
    return [
      finding('DRILL_LEFT', 'warning', {
        what: place.root,
        wanted: 'nothing of a drill that is over',
        actual: `drill ${place.id} was killed; its podman and what runs in it may still be there`,
        fix: 'reconcile recover --drill',
      }),
    ];
  });
}
