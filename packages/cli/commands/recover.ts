import { conditionsOf, databaseMoves, moveAside, type RecoveryStory, recoveryStory } from '@reconcile/agent/recover';
import { conditionLines, count, harmless, type Line, line, piece } from '@reconcile/core/render';
import { listNotes } from '@reconcile/registry';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { lookAround, type Sight } from '../frame/node.ts';
import { troubleLines } from './trouble.ts';

export interface RecoverOptions {
  readonly yes?: boolean;
  readonly verbose?: boolean;
}

/**
 * Says what is left of this node and what will be done about it, then runs the ordinary pass: there is no other way back, so
 * there is none that could rot. Only a damaged database of podman is moved aside first, never away.
 */
export async function runRecover(cx: CliContext, options: RecoverOptions): Promise<number> {
  const startedAt = performance.now();
  let sight = await lookAround(cx);
  tell(cx, sight);
  if (conditionsOf(sight.seen).conditions?.some(({ reason }) => reason === 'PODMAN_DAMAGED') === true) {
    const moved = await moveDatabase(cx, sight, options);
    if (moved !== exit.converged) return moved;
    sight = await lookAround(cx);
    tell(cx, sight);
  }
  const blocked = conditionsOf(sight.seen).conditions?.some(({ type }) => type !== 'RuntimeStateLost') === true;
  await sight.registry.close();
  if (blocked) {
    if (cx.json) cx.printJson({ exit: exit.held, ...conditionsOf(sight.seen), done: [] });
    else
      cx.tell([
        line(
          piece('Nothing was done. ', 'bad'),
          'What has to be done first is said above; then again: reconcile recover',
        ),
      ]);
    return exit.held;
  }
  return pass(cx, { sight, options, startedAt });
}

async function pass(
  cx: CliContext,
  { options, sight, startedAt }: { sight: Sight; options: RecoverOptions; startedAt: number },
): Promise<number> {
  const { writingNode } = await import('../frame/writer.ts');
  const { passOnce, reportPass } = await import('./pass.ts');
  const result = await passOnce(cx, await writingNode(cx), {
    order: {},
    ask: options.yes !== true,
    verbose: options.verbose === true,
    before: sight.loaded,
  });
  return reportPass(cx, result, { tookMs: performance.now() - startedAt });
}

function tell(cx: CliContext, sight: Sight): void {
  if (cx.json) return;
  const { desired, loaded, registry, seen } = sight;
  cx.tell(troubleLines(loaded, cx.errLook));
  const notices = registry.notices.map(
    ({ code, reason }) => `registry ${code}: ${reason}; it is begun anew from git, labels and what runs`,
  );
  const story = recoveryStory({ ...seen, stages: desired.stages.map(({ name }) => name) });
  cx.tell([
    ...notices.map((text) => line(piece('! ', 'bad'), harmless(text))),
    ...conditionLines(story.conditions, cx.errLook.width),
    ...storyLines(story),
  ]);
}

function storyLines({ conditions, down, leftovers, missing, running, stages }: RecoveryStory): Line[] {
  if (conditions.some(({ type }) => type !== 'RuntimeStateLost')) return [];
  const parts = [
    `${count(running, 'container')} running as recorded: left alone`,
    ...(down === 0 ? [] : [`${down} there and down: started`]),
    ...(leftovers === 0
      ? []
      : [`${leftovers} known to the storage alone: released with their processes and ports, then made anew`]),
    ...(missing === 0 ? [] : [`${missing} not there at all: made`]),
    'data, images and what is not ours: untouched',
    ...(stages.length < 2 ? [] : [`order: ${stages.join(', then ')}`]),
  ];
  return parts.map((text) => line(piece('  · ', 'dim'), text));
}

/** With a person's word, or `-y`. @returns exit.converged once it is done */
async function moveDatabase(
  cx: CliContext,
  { config, host, registry }: Sight,
  { yes }: RecoverOptions,
): Promise<number> {
  const moves = await databaseMoves(host, registry.read(listNotes));
  const say = (lines: readonly Line[]) => (cx.json ? undefined : cx.tell(lines));
  if (moves.length === 0) {
    say([line(piece('podman is damaged, and its database is not where it was. ', 'bad'), 'next: reconcile doctor')]);
    return exit.held;
  }
  say(moves.map(({ from, to }) => line(piece('move  ', 'warn'), `${from} → ${to}`)));
  const may =
    yes === true ||
    (cx.canAsk &&
      !cx.json &&
      (await cx.ask('Move it aside? Containers keep running; podman begins an empty one. [y/N] ')));
  if (!may) {
    say([line(piece('Nothing was done. ', 'warn'), 'next: reconcile recover -y')]);
    return exit.held;
  }
  const { becomeWriter } = await import('@reconcile/agent/pass');
  const { createHost } = await import('@reconcile/host/writing');
  const writing = createHost({ env: cx.env });
  const writer = await becomeWriter({ config, host: writing, install: cx.install, signal: cx.signal, waitMs: 10_000 });
  try {
    await moveAside(writing, moves);
  } finally {
    await writer.close();
  }
  return exit.converged;
}
