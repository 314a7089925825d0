import { nodeDocument, serviceDocument } from '@reconcile/agent/documents';
import { unattended } from '@reconcile/agent/schedule/unattended';
import type { NodeDocument, ServiceDocument } from '@reconcile/agent/service';
import { plainName } from '@reconcile/agent/subject';
import { conditionLines, momentText, renderNodeStatus, renderStatus, type StatusOptions } from '@reconcile/core/render';
import { callerOf } from '../frame/agent.ts';
import type { CliContext } from '../frame/context.ts';
import { lookAround } from '../frame/node.ts';
import { noteLines } from '../words/notes.ts';
import { absenceLine } from './named.ts';

/** One service from all sides; without a name, the node in a few lines. */
export async function runStatus(cx: CliContext, name: string | undefined): Promise<number> {
  if (cx.far !== undefined) {
    const { node: there, service: agent } = cx.far;
    if (name === undefined) return node(cx, await agent.node(callerOf(cx)), []);
    return service(cx, await agent.service(callerOf(cx), name), { node: there, now: Date.now() });
  }
  const sight = await lookAround(cx);
  const { config, desired, seen } = sight;
  if (name === undefined) return node(cx, await nodeDocument(sight), unattended(config.stateDir, desired));
  const document = await serviceDocument(sight, plainName(name, config.node), cx.signal);
  return service(cx, document, { node: config.node, now: seen.observed.at });
}

function node(cx: CliContext, document: NodeDocument, notes: readonly string[]): number {
  if (cx.json) cx.printJson({ ...document, ...(notes.length === 0 ? {} : { notes }) });
  else {
    cx.print(renderNodeStatus(document, document.past, options(cx, document.at)));
    cx.print(conditionLines(document.conditions ?? [], cx.look.width));
    cx.print(noteLines(notes));
  }
  return document.exit;
}

interface Shown {
  readonly node: string;
  /** What times are compared with. */
  readonly now: number;
}

function service(cx: CliContext, document: ServiceDocument, { node: on, now }: Shown): number {
  if (cx.json) cx.printJson(document);
  else if ('why' in document) cx.print([absenceLine({ node: on }, document.name, document)]);
  else cx.print(renderStatus(document, options(cx, now)));
  return document.exit;
}

function options(cx: CliContext, now: number): StatusOptions {
  return { width: cx.look.width, ascii: cx.look.ascii, when: (at) => momentText(at, now, 'local') };
}
