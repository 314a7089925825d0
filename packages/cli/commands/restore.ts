import { resolve } from 'node:path';
import { listSnapshots, snapshotDir } from '@reconcile/agent/data';
import { plainName } from '@reconcile/agent/subject';
import { line, piece } from '@reconcile/core/render';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { type WritingNode, writingNode } from '../frame/writer.ts';
import { say } from './override.ts';
import { passOnce, reportPass } from './pass.ts';
import { orderData, savedLine } from './snapshot.ts';

export interface RestoreOptions {
  readonly yes?: boolean;
}

/**
 * `restore S [SNAPSHOT]`: checks and unpacks it while the service runs, then stops it, swaps, and starts it again. Cut short,
 * the service stays stopped here until the same is said again.
 */
export async function runRestore(
  cx: CliContext,
  name: string,
  { from, options }: { from: string | undefined; options: RestoreOptions },
): Promise<number> {
  const startedAt = performance.now();
  const node = await writingNode(cx);
  const service = plainName(name, node.config.node);
  const which = from === undefined ? await newest(node, service) : from.includes('/') ? resolve(cx.cwd, from) : from;
  const isAsked = options.yes !== true && cx.canAsk && !cx.json;
  if (isAsked && !(await cx.ask(`Replace the data of ${service} by ${which}? What is there is kept aside. [y/N] `))) {
    cx.print([line('Nothing was done.')]);
    return exit.converged;
  }
  const staged = await orderData(cx, node, { verb: 'stage', service, from: which });
  const keepStopped = staged.wasStopped === true;
  const pass = () => passOnce(cx, node, { order: { scope: { service: [service] } }, ask: false });
  if (!keepStopped) await stop(node, service, pass);
  const data = await orderData(cx, node, { verb: 'swap', service, from: which, keepStopped });
  if (!cx.json) {
    const kept = data.sources.map((source) => `${source}: ${data.aside ?? ''}`).join(', ');
    cx.print([savedLine(cx, data, { service, verdict: 'restored from' }), line(piece('  aside ', 'dim'), kept)]);
  }
  const result = await pass();
  return reportPass(cx, result, {
    tookMs: performance.now() - startedAt,
    subject: service,
    verdict: keepStopped ? 'restored, stopped here as before' : 'restored',
    also: { data },
  });
}

/** What could not be stopped runs on as it did. */
async function stop(node: WritingNode, service: string, pass: () => Promise<unknown>): Promise<void> {
  try {
    await pass();
  } catch (error) {
    await say(node, { verb: 'start', target: service });
    throw error;
  }
}

async function newest({ config, host }: WritingNode, service: string): Promise<string> {
  const [first] = await listSnapshots(host, snapshotDir(config, service));
  if (first !== undefined) return first.id;
  throw fail('RESTORE_NONE', {
    message: `restore ${service}`,
    key: service,
    wanted: 'a snapshot of it',
    actual: 'none was taken on this node',
    hint: `reconcile restore ${service} ./FILE.tar.zst`,
  });
}
