import type { NodeConfig } from '../config/model.ts';

/** Where this node's own state lies; all below `state_dir` (0700). */
export interface NodePaths {
  readonly state: string;
  readonly registry: string;
  /** Contents of mounted files, by hash. */
  readonly blobs: string;
  /** Each container's own copies of them. */
  readonly files: string;
  /** Last output of what is gone: `logs --previous`, job runs. */
  readonly logs: string;
  readonly secrets: string;
  /** Saved data: `<service>/<id>.tar.zst` and its list. */
  readonly snapshots: string;
  /** One file per name: leaf, chain and key; 0700. */
  readonly certificates: string;
  /** Roots of the node's own CA. */
  readonly internalCa: string;
  /** Account and open orders of ACME. */
  readonly acme: string;
  /** Keys the HMACs of secrets; random, made at the first write. */
  readonly nodeKey: string;
}

export function nodePaths(config: Pick<NodeConfig, 'stateDir' | 'secretsDir'>): NodePaths {
  const state = config.stateDir;
  return {
    state,
    registry: `${state}/registry.db`,
    blobs: `${state}/blobs`,
    files: `${state}/files`,
    logs: `${state}/logs`,
    secrets: config.secretsDir,
    snapshots: `${state}/snapshots`,
    certificates: `${state}/certificates`,
    internalCa: `${state}/internal-ca`,
    acme: `${state}/acme`,
    nodeKey: `${state}/node.key`,
  };
}
