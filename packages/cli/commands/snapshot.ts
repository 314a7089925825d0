import { copyFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DataOrder, DataResult } from '@reconcile/agent/service';
import { plainName } from '@reconcile/agent/subject';
import { isFleetError } from '@reconcile/core';
import { bytes, type Line, line, piece } from '@reconcile/core/render';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { withSpinner } from '../frame/progress.ts';
import { type WritingNode, writingNode } from '../frame/writer.ts';
import { say } from './override.ts';
import { passOnce } from './pass.ts';

export interface SnapshotOptions {
  readonly out?: string;
  readonly stopped?: boolean;
  readonly paused?: boolean;
  readonly hook?: boolean;
}

/** `snapshot S`: saves its data, frozen, stopped, or after its own hook. */
export async function runSnapshot(cx: CliContext, name: string, options: SnapshotOptions): Promise<number> {
  const node = await writingNode(cx);
  const service = plainName(name, node.config.node);
  const how = options.stopped === true ? 'stopped' : options.hook === true ? 'hook' : 'paused';
  const take = () => orderData(cx, node, { verb: 'snapshot', service, how });
  const data = how === 'stopped' ? await whileStopped(cx, { node, service }, take) : await take();
  const copy = options.out === undefined ? undefined : await copyOut(cx, data.archive, options.out);
  if (cx.json) cx.printJson({ version: 1, ...data, ...(copy === undefined ? {} : { out: copy }) });
  else
    cx.print([
      savedLine(cx, data, { service, verdict: 'saved as' }),
      line(piece('  at    ', 'dim'), copy ?? data.archive),
    ]);
  return exit.converged;
}

/** One order about a service's data, here or by the agent that runs here. */
export async function orderData(cx: CliContext, node: WritingNode, order: DataOrder): Promise<DataResult> {
  const words = { snapshot: 'saving', stage: 'checking and unpacking', swap: 'putting it in place' } as const;
  const result = await withSpinner(cx, words[order.verb], () =>
    passOnce(cx, node, { order: { data: order }, ask: false }),
  );
  if (result.data !== undefined) return result.data;
  throw fail('AGENT_SILENT', {
    message: `${order.verb} ${order.service}`,
    actual: 'no answer about its data',
    hint: 'the agent may be of an older release: reconcile status',
  });
}

/** If anybody runs on it: stopped in order, on this node alone, and started again whatever came of it. */
async function whileStopped<T>(
  cx: CliContext,
  { node, service }: { node: WritingNode; service: string },
  take: () => Promise<T>,
): Promise<T> {
  try {
    return await take();
  } catch (error) {
    if (!isFleetError(error) || error.code !== 'SNAPSHOT_IN_USE') throw error;
  }
  const pass = () => passOnce(cx, node, { order: { scope: { service: [service] } }, ask: false });
  await say(node, { verb: 'stop', target: service, why: 'its data is being saved' });
  try {
    await pass();
    return await take();
  } finally {
    await say(node, { verb: 'start', target: service });
    await pass();
  }
}

/** The list last: an archive without one is none. */
async function copyOut(cx: CliContext, archive: string, out: string): Promise<string> {
  const full = resolve(cx.cwd, out);
  try {
    await copyFile(archive, full);
    await copyFile(`${archive}.json`, `${full}.json`);
    return full;
  } catch (cause) {
    throw fail('OUT_UNWRITABLE', {
      message: `write ${out}`,
      key: full,
      wanted: 'a file',
      actual: `it is at ${archive}`,
      cause,
    });
  }
}

/** `✔ notes  saved as 20261121T181500Z-3fa9   12 files, 2.1 GB, packed 0.4 GB`. */
export function savedLine(
  cx: CliContext,
  data: DataResult,
  { service, verdict }: { readonly service: string; readonly verdict: string },
): Line {
  return line(
    piece(cx.look.ascii ? 'ok ' : '✔ ', 'good'),
    piece(service, 'bold'),
    `  ${verdict} ${data.id}`,
    piece(`   ${data.files} files, ${bytes(data.bytes)}, packed ${bytes(data.archiveBytes)}`, 'dim'),
  );
}
