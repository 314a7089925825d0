import type { Desired } from '@reconcile/core';
import { compileWildcards } from './certificates.ts';
import { begin, type CompileInput, type CompileResult } from './context.ts';
import { compileEdge } from './edges.ts';
import { checkFacts } from './facts.ts';
import { compileRecords } from './records.ts';
import { compileService } from './service.ts';

/**
 * One snapshot, for one node: defaults filled in, references named, hashes taken, edge routes derived, the node's policy
 * applied (design.md section 13; specs/0002 to 0006, 0011, 0013). Pure and deterministic: the order of definitions does not
 * show. What may not run here comes back as refusals, what runs elsewhere as absences; nothing is thrown.
 */
export function compile(input: CompileInput): CompileResult {
  const cx = begin(input);
  const services: Record<string, { stage: number; active: boolean }> = {};
  for (const service of cx.services.values()) {
    if (!cx.here.has(service.name)) continue;
    services[service.name] = { stage: cx.stages.of(service) ?? cx.stages.stages.length - 1, active: service.active };
    compileService(service, cx);
  }
  if (input.fleet.nodes[input.node.node]?.role === 'edge') compileEdge(cx);
  compileWildcards(cx);
  compileRecords(cx);
  checkFacts(cx);
  const { rank = 0 } = input.fleet.nodes[input.node.node] ?? {};
  const desired: Desired = {
    fleet: input.fleet.name,
    node: input.node.node,
    generation: input.generation,
    commit: input.snapshot.commit,
    stages: cx.stages.stages,
    services,
    resources: cx.out.finish(),
    refusals: cx.refusals,
    absences: cx.absences,
    allows: input.snapshot.allows,
    policy: input.node.policy,
    ...(rank > 0 ? { rank } : {}),
  };
  return { desired, diagnostics: cx.diagnostics };
}
