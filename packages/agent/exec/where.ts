import type { NodeStanding } from '@reconcile/core/render';
import { mainContainer, type Scene } from '../standing/scene.ts';
import { rowsNamed } from '../subject/named.ts';
import { fail } from './errors.ts';

/** The one running container that a name means. @throws NO_SERVICE NO_NODE EXEC_WHERE */
export function execContainer(scene: Scene, standing: NodeStanding, name: string): string {
  const rows = rowsNamed(standing, [name]).filter(({ kind }) => kind === 'container');
  const running = rows.flatMap(({ slot }) => {
    const found = mainContainer(scene, slot);
    return found?.state.phase === 'running' ? [{ slot, container: found.key.slice('container/'.length) }] : [];
  });
  const [only, second] = running;
  if (only !== undefined && second === undefined) return only.container;
  throw fail('EXEC_WHERE', {
    message: `run something inside ${name}`,
    key: name,
    wanted: 'one container that runs',
    actual: only === undefined ? 'none of it runs' : running.map(({ slot }) => slot).join(', '),
    hint: only === undefined ? `reconcile status ${name}` : `reconcile exec ${only.slot} -- …`,
  });
}
