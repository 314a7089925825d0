import type { Command } from 'commander';
import type { ApplyOptions } from '../commands/apply.ts';
import type { PlanOptions } from '../commands/plan.ts';
import { exitCodes, type How, type InTurn, type Pick, several, states } from './word.ts';

/** plan, apply. */
export function applyWords(root: Command, pick: Pick): void {
  const plan = root.command('plan').description('Show what would be done, and nothing else (--dry-run, -n)');
  scopeOptions(plan)
    .option('--diff', 'show differences field by field and line by line')
    .option('--out <file>', 'also write the plan to a file, for apply')
    .option('--ref <ref>', 'plan for any commit instead of the branch')
    .option('-v, --verbose', 'every action')
    .addHelpText('after', `\nExample:\n  reconcile plan --diff${exitCodes(states)}`)
    .action((options: PlanOptions) =>
      pick(plan, async (cx) => (await import('../commands/plan.ts')).runPlan(cx, options), planHow(options)),
    );

  const apply = root.command('apply').description('Make the node what the repository says (also: reconcile alone)');
  applyOptions(apply)
    .argument('[plan]', 'a plan file or id: refused unless it is still the plan')
    .addHelpText('after', `\nExample:\n  reconcile apply --confirm h51c0aa${exitCodes(states)}`)
    .action((given: string | undefined, options: ApplyOptions) =>
      pick(apply, async (cx) => (await import('../commands/apply.ts')).runApply(cx, given, options), {
        ...applyHow(given, options),
      }),
    );

  const confirm = root.command('confirm').description('Keep what apply --confirm-within is trying');
  confirm
    .argument('[id]', 'only if it is this one: its id, or the commit')
    .addHelpText('after', `\nExample:\n  reconcile apply --confirm-within 60s\n  reconcile confirm${exitCodes(states)}`)
    .action((id: string | undefined) =>
      pick(confirm, async (cx) => (await import('../commands/confirm.ts')).runConfirm(cx, id), { asksThere: true }),
    );

  // Of the process that apply --confirm-within leaves behind; for nobody to type.
  const goBack = root.command('go-back', { hidden: true });
  goBack.action(() =>
    pick(goBack, async (cx) => (await import('../commands/go-back.ts')).runGoBack(cx), { staysHere: true }),
  );
}

/** Differences of files, and other commits, need the repository of that machine. */
export function planHow({ diff, ref }: PlanOptions): How {
  return { asksPodman: true, asksThere: diff !== true && ref === undefined };
}

/** Of `apply`, and of no word at all. */
export function applyHow(given: string | undefined, options: ApplyOptions): How {
  const { confirmWithin, keepGoing, yes } = options;
  const inTurn: InTurn = {
    preview: async (cx, far) => (await import('../commands/apply-there.ts')).previewApply(cx, far, { given, options }),
    run: async (cx, planId) =>
      (await import('../commands/apply.ts')).runApply(cx, given ?? planId, { ...options, yes: true }),
    yes: yes === true,
    keepGoing: keepGoing === true,
  };
  // A trial is followed where it is tried: all of them at once would go back at once, too.
  return { asksPodman: true, asksThere: true, ...(confirmWithin === undefined ? { inTurn } : {}) };
}

function scopeOptions(command: Command): Command {
  return command
    .option('-s, --service <name>', 'only this service and what it needs (again, or a,b, for more)', several)
    .option('--stage <name>', 'only this boot stage', several);
}

export function applyOptions(command: Command): Command {
  return scopeOptions(command)
    .option('-y, --yes', 'do not ask before a replacement or removal')
    .option('--confirm <hold>', 'release this hold, once', several)
    .option('--confirm-within <span>', 'try it: it goes back by itself after 60s, 5m … unless: reconcile confirm')
    .option('--ref <ref>', 'try any commit instead of the branch (with --confirm-within)')
    .option('--accept-history', 'go on although the branch was rewritten')
    .option('--keep-going', 'with --all-nodes: also after a node that did not come out well')
    .option('-v, --verbose', 'every action');
}
