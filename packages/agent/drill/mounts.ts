import type { ContainerSpec, Mount } from '@reconcile/core/kinds/container';

/** What a mount's source is on this node. */
export interface SourceFact {
  readonly kind: 'directory' | 'file' | 'socket' | 'other' | 'missing';
  /** Where it lies, symbolic links resolved; of a volume its `_data`. */
  readonly path: string;
  /** Its volume has a driver or options of its own: what lies at `path` is not what a container would see. */
  readonly isElsewhere: boolean;
}

export interface MountFacts {
  readonly sources: Readonly<Record<string, SourceFact>>;
  /** The storage driver can lay a container's own layer over a directory. */
  readonly overlays: boolean;
}

export type Mounted = { readonly mounts: readonly Mount[] } | { readonly why: string };

/**
 * The node's data as a drill sees it: through a layer that takes what is written and is thrown away, else read-only. Options go:
 * `U` and `Z` would change the owner and label of the data itself. What is not there yet stays a volume, made empty where the
 * drill keeps its own. `why`: it cannot be had without touching the node.
 */
export function drilledMounts(spec: Pick<ContainerSpec, 'mounts'>, facts: MountFacts): Mounted {
  const mounts: Mount[] = [];
  for (const mount of spec.mounts) {
    const fact = facts.sources[mount.source];
    const isVolume = !mount.source.startsWith('/');
    if (fact === undefined || fact.kind === 'missing') {
      if (!isVolume) return { why: `${mount.source} is not there` };
      mounts.push({ ...mount, options: [] });
      continue;
    }
    if (fact.isElsewhere) return { why: `volume ${mount.source} has a driver or options of its own` };
    switch (fact.kind) {
      case 'socket':
      case 'other':
        return { why: `${mount.source} is a ${fact.kind === 'socket' ? 'socket' : 'device or pipe'} of this node` };
      case 'directory':
        mounts.push(ofDirectory(mount, fact.path, facts.overlays));
        break;
      case 'file':
        mounts.push({ source: fact.path, target: mount.target, readOnly: true, options: [] });
    }
  }
  return { mounts };
}

function ofDirectory(mount: Mount, source: string, overlays: boolean): Mount {
  // What is read-only on the node stays so; podman takes no `ro` beside `O`.
  const isWritten = overlays && !mount.readOnly;
  return { source, target: mount.target, readOnly: !isWritten, options: isWritten ? ['O'] : [] };
}
