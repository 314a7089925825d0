import type { GuardedPath } from '@reconcile/core';
import type { Danger, DangerInput, HostMount } from './model.ts';
import { isDiskOrMemory, isEngineSocket, systemPaths } from './system-paths.ts';

/** Host directories that nobody should be given: whoever writes there has the machine, or the node, or its keys. */
export function mountDangers(input: DangerInput): Danger[] {
  const homes = input.paths.flatMap(({ isHome, path }) => (isHome === true ? [path] : []));
  const own = input.paths.filter(({ isHome }) => isHome !== true);
  return input.mounts.flatMap((mount) => {
    const why = reason(mount, { own, homes });
    if (why === undefined) return [];
    const how = mount.readOnly ? 'read-only mount' : 'mount';
    const isFineReadOnly = !mount.readOnly && reason({ ...mount, readOnly: true }, { own, homes }) === undefined;
    const advice = isFineReadOnly ? ' (:ro would be fine)' : '';
    return [
      { id: `mount:${mount.path}`, what: `${how} of ${mount.path}`, why: `${why}${advice}`, needles: mount.needles },
    ];
  });
}

function reason(
  mount: HostMount,
  guarded: { readonly own: readonly GuardedPath[]; readonly homes: readonly string[] },
): string | undefined {
  // On every Linux of today the one is the other.
  const path = mount.path.replace(/^\/var\/run(?=\/|$)/, '/run');
  if (path === '/') return 'is the whole machine: its users, keys and configuration';
  if (isEngineSocket(path)) return 'is the socket of a container engine: whoever has it has every container';
  if (path === '/dev') return 'holds the disks of the machine';
  if (isDiskOrMemory(path)) return 'is a disk or the memory of the machine itself';
  const all = [...guarded.own, ...systemPaths(path, guarded.homes)].filter(
    ({ isSecret }) => isSecret || !mount.readOnly,
  );
  const inside = all.find((one) => path === one.path || path.startsWith(`${one.path}/`));
  if (inside !== undefined) return inside.why;
  const below = all.find((one) => one.path.startsWith(`${path}/`));
  return below === undefined ? undefined : `holds ${below.path}, which ${below.why}`;
}
