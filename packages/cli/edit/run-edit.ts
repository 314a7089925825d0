import { count, type Line, line, piece } from '@reconcile/core/render';
import { type EditRefusal, unifiedDiff } from '@reconcile/source';
import { diagnosticLines } from '../commands/trouble.ts';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { failureJson, failureLines } from '../frame/failure.ts';
import { withSpinner } from '../frame/progress.ts';
import { converge } from './converge.ts';
import { printPatch } from './patch-lines.ts';
import { judgeChange } from './problems.ts';
import type { FleetTip } from './tip.ts';
import { type EditWorld, editWorld } from './world.ts';
import { type Edit, pathInCheckout, refusalOf, type Written, writeEdit } from './write.ts';

export interface EditOptions {
  /** Do not ask. */
  readonly yes?: boolean;
  /** Subject of the commit instead of ours. */
  readonly message?: string;
}

/** Works out the change; it says no by throwing. `because` is shown above the diff. */
export type MakeEdit = (world: EditWorld) => Promise<{ readonly edit: Edit; readonly because?: readonly Line[] }>;

export interface EditWords {
  readonly options: EditOptions;
  readonly make: MakeEdit;
  /** What the service is in the end: `stopped`. Default `converged`. */
  readonly verdict?: string;
}

/**
 * Every verb that changes desired state: the change is worked out on committed content, checked with the whole fleet, shown,
 * asked about, committed alone and pushed; then this node converges it and says so. @throws NO_CHECKOUT FLEET_UNREADABLE
 * NO_SERVICE, and what a pass throws
 */
export async function runEdit(cx: CliContext, service: string, words: EditWords): Promise<number> {
  const { make, options, verdict } = words;
  const startedAt = performance.now();
  const world = await editWorld(cx);
  const { edit, because = [] } = await make(world);
  const { files, place } = world.tip;
  const old = files.get(edit.path);
  const patch = unifiedDiff(
    old === undefined ? undefined : Buffer.from(old).toString('utf8'),
    edit.text,
    pathInCheckout(place, edit.path),
  );
  const end = (written: Written | undefined) =>
    converge(cx, world, { service, edit, startedAt, verdict, answer: { service, diff: patch, ...answerOf(written) } });
  if (!cx.json) cx.print(because);
  if (patch === '') {
    if (!cx.json) cx.print([line(`${pathInCheckout(place, edit.path)} already says so; nothing to commit.`)]);
    return end(undefined);
  }
  const wrong = await invalid(cx, files, edit);
  if (wrong !== undefined) return wrong;
  if (!cx.json) printPatch(cx, patch);
  const refusal = await refusalOf(world.write, edit);
  if (refusal !== undefined) return refused(cx, refusal, { edit, patch });
  if (cx.canAsk && !cx.json && options.yes !== true && !(await cx.ask(question(world)))) {
    cx.print([line('Nothing was done.')]);
    return exit.pending;
  }
  const named = options.message === undefined ? edit : { ...edit, message: options.message };
  const written = await withSpinner(cx, 'committing', () => writeEdit(world.write, named));
  if (written.ok === undefined) return refused(cx, written, { edit, patch });
  if (!cx.json) cx.print(writtenLines(world, named, written.ok));
  return end(written.ok);
}

/** Every problem that the change would bring; undefined: none. Problems that were there before are only told. */
async function invalid(cx: CliContext, files: FleetTip['files'], edit: Edit): Promise<number | undefined> {
  const { errors, others } = await judgeChange(cx, files, edit);
  if (!cx.json) cx.tell(diagnosticLines([...errors, ...others], cx.errLook));
  if (errors.length === 0) return undefined;
  const error = fail('EDIT_INVALID', {
    message: `change ${edit.path}`,
    key: edit.path,
    wanted: 'definitions without errors',
    actual: `${count(errors.length, 'error')}, as named`,
    hint: edit.text === undefined ? 'first change what still needs it' : 'reconcile schema service names every field',
  });
  if (cx.json) cx.printJson({ ...failureJson(error), diagnostics: errors });
  else cx.tell(failureLines(error));
  return exit.error;
}

function question({ tip, write }: EditWorld): string {
  return tip.place.kind === 'directory' ? 'Write this? [y/N] ' : `Commit this in ${write.place.root}? [y/N] `;
}

/** Nothing was changed: why, and the patch for whoever can. */
function refused(cx: CliContext, refusal: EditRefusal, { edit, patch }: { edit: Edit; patch: string }): number {
  const error = fail('EDIT_REFUSED', {
    message: `commit ${edit.path}`,
    key: edit.path,
    wanted: 'the one file committed on the checked-out branch, and pushed where it has an upstream',
    actual: `${refusal.refused}: ${refusal.message}`,
    hint: `${refusal.hint}; or take the patch above: git apply`,
  });
  if (cx.json) cx.printJson({ ...failureJson(error), patch });
  else cx.tell(failureLines(error));
  return exit.error;
}

function writtenLines({ tip, write }: EditWorld, edit: Edit, written: Written): Line[] {
  if (written.commit === undefined) return [line(piece('written ', 'good'), `${write.place.root}/${edit.path}`)];
  const [subject = ''] = edit.message.split('\n');
  const commit = line(
    piece(`${written.pushed ? 'committed and pushed' : 'committed'} `, 'good'),
    piece(written.commit.slice(0, 7), 'bold'),
    ` "${subject}"`,
  );
  if (!written.behind) return [commit];
  return [
    commit,
    line(piece('note: ', 'warn'), `others had pushed; bring your checkout up: git -C ${tip.place.root} pull`),
  ];
}

function answerOf(written: Written | undefined): object {
  if (written === undefined) return { written: false };
  const { behind, commit, pushed } = written;
  return { written: true, pushed, behind, ...(commit === undefined ? {} : { committed: commit }) };
}
