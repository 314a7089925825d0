import type { Plan } from '../../model/plan.ts';
import { type Line, line, piece, textWidth } from '../text.ts';
import { type Frame, symbolsFor } from './frame.ts';
import { convergedLine, header } from './header.ts';
import type { PlanMeta, RenderOptions } from './options.ts';
import { rowLines, subjectRows } from './rows.ts';
import { subjectsOf } from './subjects.ts';
import { actionLines, nextSteps, summary, unmanagedLines } from './summary.ts';
import { holdLines, holdName, rootWaits, waitLines, waitName } from './troubles.ts';

/** The plan as the table a person decides by: what changes, why, for how long something is away, and what is kept. */
export function renderPlan(plan: Plan, meta: PlanMeta, options: RenderOptions): Line[] {
  const symbols = symbolsFor(options);
  if (plan.changes.length === 0 && plan.held.length === 0 && plan.waiting.length === 0)
    return [convergedLine(plan, meta), ...unmanagedLines(plan, options)];
  const subjects = subjectsOf(plan.changes);
  const name = Math.min(
    28,
    Math.max(8, ...[...subjects.keys(), ...plan.waiting.map(waitName), ...plan.held.map(holdName)].map(textWidth)),
  );
  const frame: Frame = { symbols, name, options };
  const stages = stagesOf(plan, meta).map((stage) => ({
    stage,
    rows: [...subjects].flatMap(([subject, changes]) =>
      (changes[0]?.stage ?? -1) === stage.index ? subjectRows(subject, changes, frame) : [],
    ),
    waits: rootWaits(plan.waiting).filter((wait) => (wait.stage ?? -1) === stage.index),
  }));
  const all = rowLines(
    stages.flatMap((part) => part.rows),
    frame,
  );
  const lines: Line[] = [header(plan, meta, frame), []];
  let at = 0;
  for (const { stage, rows, waits } of stages) {
    lines.push(line(piece(stage.name, 'head')), ...all.slice(at, at + rows.length).flat());
    at += rows.length;
    lines.push(...waits.flatMap((wait) => waitLines(wait, frame)));
  }
  for (const hold of plan.held) lines.push(...holdLines(hold, frame));
  lines.push([], ...summary(plan, symbols), ...unmanagedLines(plan, options));
  const next = nextSteps(plan, meta);
  if (next.length > 0) lines.push([], ...next);
  if (options.verbose) lines.push([], ...actionLines(plan));
  return lines;
}

function stagesOf(plan: Plan, meta: PlanMeta): { index: number; name: string }[] {
  const used = new Set([...plan.changes, ...rootWaits(plan.waiting)].map((item) => item.stage ?? -1));
  const named = meta.stages.map((name, index) => ({ index, name })).filter(({ index }) => used.has(index));
  return used.has(-1) ? [...named, { index: -1, name: 'node' }] : named;
}
