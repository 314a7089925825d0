import type { Instant } from '@reconcile/core';
import { bootReport } from '../boot/index.ts';
import type { AgentPhase, AgentState } from '../service/state.ts';
import type { NodeParts } from './node-parts.ts';
import type { Passes } from './passes.ts';

interface Running extends Pick<NodeParts, 'config' | 'host' | 'registry'> {
  readonly passes: Passes;
  readonly phase: AgentPhase;
  readonly startedAt: Instant;
  readonly version: string;
}

interface Known extends Pick<AgentState, 'overrides' | 'problems' | 'vitals'> {
  readonly sourceAskedAt: Instant;
  readonly wakeAt: Instant | undefined;
}

/** The agent's word on itself, from what it holds: nothing is looked at for it. */
export function stateOf(agent: Running, { sourceAskedAt, wakeAt, ...known }: Known): AgentState {
  const { config, host, passes, phase, registry, startedAt, version } = agent;
  const { current, last, look } = passes;
  const { commit, trouble } = look?.loaded ?? {};
  const bootId = look?.seen.observed.bootId ?? '';
  return {
    version,
    pid: process.pid,
    node: config.node,
    fleet: look?.seen.input.desired.fleet ?? '',
    startedAt,
    phase,
    ...(current === undefined ? {} : { pass: current.progress }),
    ...(last === undefined ? {} : { last }),
    passes: passes.count,
    source: {
      ...(commit === undefined
        ? {}
        : { commit: commit.commit, message: commit.message, author: commit.author, at: commit.at }),
      checkedAt: sourceAskedAt,
      ...(trouble === undefined ? {} : { problem: trouble }),
    },
    ...known,
    ...(wakeAt === undefined ? {} : { wakeAt }),
    boot: bootReport(registry, bootId, host.clock.now()) ?? { bootId, firstSeenAt: startedAt, stages: [], slots: [] },
  };
}
