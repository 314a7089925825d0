import { planDocument } from '@reconcile/agent/documents/plan';
import { withPullSizes } from '@reconcile/agent/look';
import type { NameRow } from '@reconcile/agent/names';
import { unattended } from '@reconcile/agent/schedule/unattended';
import { type ScopeOptions, scopeOf } from '@reconcile/agent/subject';
import type { Plan } from '@reconcile/core';
import { conditionLines, harmless, type Line, line, piece, plainText, renderPlan } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import type { Far } from '../frame/far.ts';
import { lookAround, type Sight } from '../frame/node.ts';
import { noteLines } from '../words/notes.ts';
import { commitMeta } from './commit-meta.ts';
import { troubleLines } from './trouble.ts';

export interface PlanOptions extends ScopeOptions {
  readonly diff?: boolean;
  readonly out?: string;
  readonly ref?: string;
  readonly verbose?: boolean;
}

/** `plan`, `--dry-run`, `-n`: looks, plans, prints. It reaches nothing that can write (test/dry-run.test.ts). */
export async function runPlan(cx: CliContext, options: PlanOptions): Promise<number> {
  const startedAt = performance.now();
  if (cx.far !== undefined) return planOf(cx, cx.far, options);
  const sight = await lookAround(cx, { withEdits: true, ...(options.ref === undefined ? {} : { ref: options.ref }) });
  const scoped = scopeOf(sight.desired, options)(sight.seen.plan);
  const made = await withPullSizes(scoped, { config: sight.config, host: sight.host, signal: cx.signal });
  const document = planDocument(made, sight.loaded, sight.seen);
  if (options.out !== undefined) await cx.writeFile(options.out, storedPlan(made, options));
  const diff = options.diff === true ? await diffOf(made, sight) : [];
  const { config, desired, host } = sight;
  const names = made.changes.some(({ kind }) => kind === 'route')
    ? await namesOf({ config, desired, host, plan: made })
    : [];
  const notes = unattended(config.stateDir, desired);
  if (cx.json) {
    const text = options.diff === true ? { diff: plainText(diff) } : {};
    cx.printJson({
      ...document,
      ...(notes.length === 0 ? {} : { notes }),
      ...text,
      ...(names.length === 0 ? {} : { names }),
    });
    return document.exit;
  }
  cx.tell(troubleLines(sight.loaded, cx.errLook));
  cx.print(conditionLines(document.conditions ?? [], cx.look.width));
  const meta = { ...planMeta(sight, performance.now() - startedAt), applyHint: applyHint(made, options) };
  cx.print(renderPlan(made, meta, { width: cx.look.width, ascii: cx.look.ascii, verbose: options.verbose === true }));
  if (names.length > 0) cx.print([[], ...names.map(nameLine)]);
  cx.print(noteLines(notes));
  if (diff.length > 0) cx.print([[], ...diff]);
  return document.exit;
}

/** `-H NODE plan`: what the agent there would do, as of its last look. */
async function planOf(cx: CliContext, far: Far, options: PlanOptions): Promise<number> {
  const { planThere, showPlanThere } = await import('./plan-there.ts');
  const found = await planThere(cx, far, options);
  if (options.out !== undefined) await cx.writeFile(options.out, storedPlan(found.plan, options));
  if (cx.json) cx.printJson({ ...found.document, ...found.plan, exit: found.exit });
  else showPlanThere(cx, found, options.verbose === true);
  return found.exit;
}

/** Loaded only where there is a route to speak of. */
async function namesOf(of: Pick<Sight, 'config' | 'desired' | 'host'> & { readonly plan: Plan }): Promise<NameRow[]> {
  const { pointingNames } = await import('@reconcile/agent/names');
  return pointingNames(of);
}

/** A name whose record is not ours to write: where it leads is told, and is no trouble. */
function nameLine({ name, state }: NameRow): Line {
  return line(piece('yours: ', 'dim'), `${name}  `, piece(harmless(state), 'dim'));
}

async function diffOf(made: Plan, sight: Sight): Promise<Line[]> {
  const { diffLines } = await import('./diff.ts');
  return diffLines(made, sight);
}

/** The plan as `-o json` has it, and what it was narrowed to: applying it narrows again. */
function storedPlan(made: Plan, { service, stage }: PlanOptions): string {
  const scope = { ...(service === undefined ? {} : { service }), ...(stage === undefined ? {} : { stage }) };
  const isNarrowed = Object.keys(scope).length > 0;
  return `${JSON.stringify(isNarrowed ? { ...made, scope } : made)}\n`;
}

function applyHint(made: Plan, options: PlanOptions): string {
  if (options.ref !== undefined) return `nothing yet: this is the plan for ${options.ref}, not for the branch`;
  if (options.out !== undefined) return `reconcile apply ${options.out}`;
  const scope = [
    ...(options.service ?? []).map((name) => ` -s ${name}`),
    ...(options.stage ?? []).map((name) => ` --stage ${name}`),
  ];
  return `reconcile apply ${made.id}${scope.join('')}`;
}

export function planMeta(sight: Sight, tookMs: number) {
  const { commit } = sight.loaded;
  return {
    stages: sight.desired.stages.map((stage) => stage.name),
    ...commitMeta(commit),
    observedAgoMs: Math.max(0, Date.now() - sight.seen.observed.at),
    tookMs,
  };
}
