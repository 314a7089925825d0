import type { PassOrder, PassRequest } from '@reconcile/agent/service';
import { plainName } from '@reconcile/agent/subject';
import { principalName } from '@reconcile/core';
import { type Line, line, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { glimpse } from '../frame/node.ts';
import { type PassNode, passNode, writingNode } from '../frame/writer.ts';

export interface RequestOptions {
  /** Why, for the record. */
  readonly message?: string;
}

/** The node a request is for, and what of it is meant. */
export interface RequestWorld {
  readonly node: PassNode;
  readonly target: string;
}

/**
 * Finds out what a name means before anything is written. `pick` says no by throwing. @throws SOURCE_NOTHING CONFIG_*
 * NO_NODE, and what `pick` throws
 */
export async function requestWorld(
  cx: CliContext,
  name: string,
  pick: (desired: NonNullable<Desired>, plain: string) => string,
): Promise<RequestWorld> {
  // Whether there is such a thing is for the agent there to say, before anything is written down.
  if (cx.far !== undefined) return { node: await passNode(cx), target: plainName(name, cx.far.node) };
  const { config, loaded, registry } = await glimpse(cx);
  await registry.close();
  if (loaded.desired === undefined) {
    const { nothingToRun } = await import('@reconcile/agent/desired');
    throw nothingToRun(config, loaded);
  }
  const target = pick(loaded.desired, plainName(name, config.node));
  return { node: await writingNode(cx), target };
}

type Desired = Awaited<ReturnType<typeof glimpse>>['loaded']['desired'];

export function requestOrder(verb: PassRequest['verb'], target: string, { message }: RequestOptions): PassOrder {
  return { request: { verb, target, ...(message === undefined ? {} : { why: message }) } };
}

/** `restart web   asked by unix:1000: a new certificate` */
export function askedLine(node: PassNode, what: string, why: string | undefined): Line {
  const reason = why === undefined ? '' : `: ${why}`;
  const by = 'far' in node ? `through ${node.far.through}` : `by ${principalName(node.by)}`;
  return line(piece(what, 'bold'), piece(`   asked ${by}${reason}`, 'dim'));
}
