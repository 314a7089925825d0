import { nodeDocument, serviceDocument } from '@reconcile/agent/documents';
import { unattended } from '@reconcile/agent/schedule/unattended';
import { plainName } from '@reconcile/agent/subject';
import { conditionLines, momentText, renderNodeStatus, renderStatus, type StatusOptions } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { lookAround, type Sight } from '../frame/node.ts';
import { noteLines } from '../words/notes.ts';
import { absenceLine } from './named.ts';

/** One service from all sides; without a name, the node in a few lines. */
export async function runStatus(cx: CliContext, name: string | undefined): Promise<number> {
  const sight = await lookAround(cx);
  return name === undefined ? node(cx, sight) : service(cx, sight, plainName(name, sight.config.node));
}

async function node(cx: CliContext, sight: Sight): Promise<number> {
  const document = await nodeDocument(sight);
  const notes = unattended(sight.config.stateDir, sight.desired);
  if (cx.json) cx.printJson({ ...document, ...(notes.length === 0 ? {} : { notes }) });
  else {
    cx.print(renderNodeStatus(document, document.past, options(cx, document.at)));
    cx.print(conditionLines(document.conditions ?? [], cx.look.width));
    cx.print(noteLines(notes));
  }
  return document.exit;
}

async function service(cx: CliContext, sight: Sight, name: string): Promise<number> {
  const document = await serviceDocument(sight, name, cx.signal);
  if (cx.json) cx.printJson(document);
  else if ('why' in document) cx.print([absenceLine(sight.config, document.name, document)]);
  else cx.print(renderStatus(document, options(cx, sight.seen.observed.at)));
  return document.exit;
}

function options(cx: CliContext, now: number): StatusOptions {
  return { width: cx.look.width, ascii: cx.look.ascii, when: (at) => momentText(at, now, 'local') };
}
