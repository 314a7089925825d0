import type { PassSource } from '@reconcile/agent/service';
import { isFleetError, type Plan } from '@reconcile/core';
import { harmless, line, piece } from '@reconcile/core/render';
import { passOnce, reportPass } from '../commands/pass.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { nodeName, passNode } from '../frame/writer.ts';
import type { EditWorld } from './world.ts';
import type { Edit } from './write.ts';

export interface Converging {
  readonly service: string;
  readonly edit: Edit;
  readonly startedAt: number;
  readonly verdict: string | undefined;
  /** Fields of the JSON answer. */
  readonly answer: object;
}

/**
 * A pass narrowed to the service, once this node's source has the change. A machine without a node.toml only edits, and a
 * node that follows something else says so. @throws as a pass
 */
export async function converge(cx: CliContext, world: EditWorld, what: Converging): Promise<number> {
  const { answer, edit, service, startedAt, verdict } = what;
  if (world.config === undefined && cx.far === undefined) {
    if (cx.json) cx.printJson({ ...answer, exit: exit.converged });
    else
      cx.print([
        line(piece('This machine is no node; those that follow the branch take the change themselves.', 'dim')),
      ]);
    return exit.converged;
  }
  const node = await passNode(cx);
  const pass = (confirm: readonly string[]) =>
    passOnce(cx, node, {
      order: { scope: { service: [service] }, confirm, change: { path: edit.path, text: edit.text }, byName: service },
      ask: false,
    });
  try {
    let outcome = await pass([]);
    const own =
      edit.text === undefined && world.tip.place.kind === 'directory' ? holdOf(outcome.last, service) : undefined;
    // A commit says by its trailer that the removal is meant; a directory has no other word than this command.
    if (own !== undefined) outcome = await pass([own]);
    if (!cx.json) cx.print(absenceLines(outcome.source, service));
    const tookMs = performance.now() - startedAt;
    return reportPass(cx, outcome, { tookMs, subject: service, verdict, also: answer });
  } catch (error) {
    if (!isFleetError(error) || error.code !== 'SOURCE_BEHIND') throw error;
    if (cx.json) cx.printJson({ ...answer, exit: exit.pending, waits: { code: error.code, actual: error.actual } });
    else {
      cx.print([
        line(piece(`${nodeName(node)} does not have it yet: `, 'warn'), harmless(error.actual ?? '')),
        line('  wanted  ', harmless(error.wanted ?? '')),
        line(piece('  next    ', 'dim'), harmless(error.hint ?? '')),
      ]);
    }
    return exit.pending;
  }
}

/** The hold over the removal of exactly this service. */
function holdOf(last: Plan, service: string): string | undefined {
  return last.held.find((hold) => hold.confirmable && hold.services.length === 1 && hold.services[0] === service)?.id;
}

function absenceLines({ absences }: PassSource, service: string) {
  const absence = absences.find((entry) => entry.service === service);
  if (absence === undefined || absence.why === 'inactive') return [];
  const where =
    absence.node === undefined ? 'is placed nowhere yet' : `runs on ${absence.node}, which takes the change itself`;
  return [line(piece(`${service} ${where}`, 'dim'))];
}
