import type { Override, OverrideOrder } from '@reconcile/agent/service';
import { plainName } from '@reconcile/agent/subject';
import { principalName } from '@reconcile/core';
import { line, momentText, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { nodeName, type PassNode, passNode } from '../frame/writer.ts';
import { passOnce, reportPass } from './pass.ts';
import { spanMs } from './since.ts';

export interface OverrideOptions {
  /** `2h`. */
  readonly for?: string;
  readonly message?: string;
}

/** How long another writer is waited for, ms. */
const waitMs = 10_000;

type Overrides = readonly Override[];

/** `freeze [S]`, `thaw [S]`: nothing changes on this node until then. */
export async function runFreeze(
  cx: CliContext,
  verb: 'freeze' | 'thaw',
  { name = '', options }: { name: string | undefined; options: OverrideOptions },
): Promise<number> {
  const node = await passNode(cx);
  const target = plainName(name, nodeName(node));
  return tell(cx, await say(node, verb === 'thaw' ? { verb, target } : order(verb, target, options)));
}

/** `stop S --local`, `start S --local`: on this node alone, without a commit; then one pass of it. */
export async function runLocal(
  cx: CliContext,
  verb: 'stop' | 'start',
  { name, options }: { name: string; options: OverrideOptions },
): Promise<number> {
  const startedAt = performance.now();
  const node = await passNode(cx);
  const target = plainName(name, nodeName(node));
  const overrides = await say(node, verb === 'start' ? { verb, target } : order(verb, target, options));
  if (!cx.json) tell(cx, overrides);
  const result = await passOnce(cx, node, { order: { scope: { service: [target] } }, ask: false });
  const tookMs = performance.now() - startedAt;
  return reportPass(cx, result, { tookMs, subject: target, also: { overrides } });
}

function order(verb: 'freeze' | 'stop', target: string, options: OverrideOptions): OverrideOrder {
  return {
    verb,
    target,
    ...(options.for === undefined ? {} : { forMs: spanMs(options.for, '--for') }),
    ...(options.message === undefined ? {} : { why: options.message }),
  };
}

/** To the agent that runs here, else to the registry, as the writer. */
export async function say(node: PassNode, given: OverrideOrder): Promise<Overrides> {
  if ('far' in node) return node.far.service.override({ by: node.by, signal: node.signal }, given);
  const { findAgent } = await import('@reconcile/agent/remote');
  const agent = await findAgent(node.config);
  if (agent !== undefined) {
    try {
      return await agent.service.override({ by: node.by, signal: node.signal }, given);
    } finally {
      agent.close();
    }
  }
  const { becomeWriter } = await import('@reconcile/agent/pass');
  const { loadDesired } = await import('@reconcile/agent/desired');
  const { sayOverride } = await import('@reconcile/agent/override');
  const { registry, close } = await becomeWriter({ ...node, waitMs });
  try {
    const { desired } = await loadDesired({ ...node, registry });
    return await sayOverride({ ...node, registry, desired }, given);
  } finally {
    await close();
  }
}

function tell(cx: CliContext, overrides: Overrides): number {
  if (cx.json) cx.printJson({ version: 1, overrides });
  else if (overrides.length === 0) cx.print([line(piece('nothing is frozen or stopped here', 'dim'))]);
  else
    cx.print(
      overrides.map(({ by, target, until, verb, why }) =>
        line(
          piece(verb === 'freeze' ? 'frozen   ' : 'stopped  ', 'warn'),
          piece(target === '' ? 'the whole node' : target, 'bold'),
          until === undefined ? '  until it is ended' : `  until ${momentText(until, Date.now(), 'local')}`,
          piece(`  by ${principalName(by)}${why === undefined ? '' : `: ${why}`}`, 'dim'),
        ),
      ),
    );
  return exit.converged;
}
