import type { Plan } from '@reconcile/core';
import { exit, planExit, worst } from '@reconcile/core/exit';
import type { Loaded } from '../../desired/model.ts';
import { conditionsOf, type RuntimeLook } from '../../recover/conditions.ts';
import type { PlanDocument } from '../../service/documents.ts';

/** `plan -o json`: of the whole node, or of what the plan was narrowed to. */
export function planDocument(
  made: Plan,
  { commit, desired, diagnostics, trouble, warnings }: Loaded,
  look: RuntimeLook,
): Omit<PlanDocument, 'lookedAt'> {
  const source = {
    ...(commit === undefined
      ? {}
      : { commit: commit.commit, message: commit.message, author: commit.author, at: commit.at }),
    ...(trouble === undefined ? {} : { trouble }),
    diagnostics,
    warnings,
    ...(desired === undefined ? {} : { stages: desired.stages.map(({ name }) => name) }),
  };
  const code = worst(planExit(made), trouble === undefined ? exit.converged : exit.held);
  return { ...made, ...conditionsOf(look), exit: code, source };
}
