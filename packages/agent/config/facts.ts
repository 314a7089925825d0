import type { NodeFacts } from '@reconcile/core';
import { guardedBy } from './guarded.ts';
import type { NodeConfig } from './model.ts';
import { reliedOnBy } from './relied.ts';

/** The part of a configuration that definitions are compiled for. */
export function nodeFacts(config: NodeConfig): NodeFacts {
  const { node, addresses, listeners, workspace, policy } = config;
  const relies = reliedOnBy(config);
  return {
    node,
    addresses,
    listeners,
    workspace,
    policy: relies.length === 0 ? policy : { ...policy, relies },
    guarded: guardedBy(config),
  };
}
