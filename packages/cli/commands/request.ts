import type { PassOrder, PassRequest } from '@reconcile/agent/service';
import { plainName } from '@reconcile/agent/subject';
import { principalName } from '@reconcile/core';
import { type Line, line, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { glimpse } from '../frame/node.ts';
import { type WritingNode, writingNode } from '../frame/writer.ts';

export interface RequestOptions {
  /** Why, for the record. */
  readonly message?: string;
}

/** The node a request is for, and what of it is meant. */
export interface RequestWorld<T> {
  readonly node: WritingNode;
  readonly target: T;
}

/**
 * Finds out what a name means before anything is written. `pick` says no by throwing. @throws SOURCE_NOTHING CONFIG_*
 * NO_NODE, and what `pick` throws
 */
export async function requestWorld<T>(
  cx: CliContext,
  name: string,
  pick: (desired: NonNullable<Desired>, plain: string) => T,
): Promise<RequestWorld<T>> {
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
export function askedLine(node: WritingNode, what: string, why: string | undefined): Line {
  const reason = why === undefined ? '' : `: ${why}`;
  return line(piece(what, 'bold'), piece(`   asked by ${principalName(node.by)}${reason}`, 'dim'));
}
