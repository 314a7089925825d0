import type { NodeFacts } from '@reconcile/core';
import { guardedBy } from './guarded.ts';
import type { NodeConfig } from './model.ts';

/** The part of a configuration that definitions are compiled for. */
export function nodeFacts(config: NodeConfig): NodeFacts {
  const { node, addresses, listeners, workspace, policy } = config;
  return { node, addresses, listeners, workspace, policy, guarded: guardedBy(config) };
}
