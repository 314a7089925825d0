import { listSnapshots, type Manifest, snapshotDir } from '@reconcile/agent/data';
import { plainName } from '@reconcile/agent/subject';
import { bytes, line, momentText, piece, table } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { writingNode } from '../frame/writer.ts';

const columns = [
  { title: 'SNAPSHOT' },
  { title: 'TAKEN' },
  { title: 'HOW' },
  { title: 'SIZE', align: 'right' as const },
  { title: 'OF', min: 12, yields: 2 },
  { title: 'WHY', min: 12, yields: 1 },
];

/** `snapshots S`: what was saved of it on this node, newest first. */
export async function runSnapshots(cx: CliContext, name: string): Promise<number> {
  const { config, host } = await writingNode(cx);
  const service = plainName(name, config.node);
  const found = await listSnapshots(host, snapshotDir(config, service));
  if (cx.json) cx.printJson({ version: 1, service, snapshots: found.map(short) });
  else if (found.length === 0)
    cx.tell([line(piece(`Nothing was saved of ${service} here: reconcile snapshot ${service}`, 'dim'))]);
  else cx.print(table(columns, found.map(cells), cx.look));
  return exit.converged;
}

function short({ entries, ...rest }: Manifest) {
  return { ...rest, files: Object.values(entries).filter((sum) => sum !== '').length };
}

function cells({ at, bytes: size, how, id, sources, why }: Manifest) {
  const of = sources.map(({ name }) => name).join(', ');
  return [id, momentText(at, Date.now(), 'local'), how, bytes(size), of, why].map((text) => ({ text }));
}
