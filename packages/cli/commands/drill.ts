import { type DrilledSlot, type DrillNews, type DrillReport, runDrill } from '@reconcile/agent/drill';
import { count, duration, harmless, type Line, line, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { remember } from '../frame/node.ts';
import { withSpinner } from '../frame/progress.ts';
import { writingNode } from '../frame/writer.ts';

/**
 * `recover --drill`: the recovery of this node beside the node itself, and how long it takes.
 * @returns exit.converged: proved; exit.held: something is not; exit.error: cut off
 */
export async function runDrillCommand(cx: CliContext): Promise<number> {
  const { registry } = await remember(cx);
  try {
    const { by, config, host, install, signal } = await writingNode(cx);
    const tell = (news: DrillNews) => tellNews(cx, news);
    const input = { config, host, env: cx.env, registry, install, by, signal, tell };
    const report = await withSpinner(cx, 'bringing this node up a second time', () => runDrill(input));
    const code = signal.aborted ? exit.error : report.isProved ? exit.converged : exit.held;
    if (cx.json) cx.printJson({ ...report, exit: code });
    else cx.print(reportLines(report, { ascii: cx.look.ascii, isCutOff: signal.aborted }));
    return code;
  } finally {
    await registry.close();
  }
}

function tellNews(cx: CliContext, news: DrillNews): void {
  if (cx.json) return;
  const dim = (text: string) => cx.tell([line(piece('  · ', 'dim'), harmless(text))]);
  switch (news.type) {
    case 'cleared':
      dim(`drill ${news.id} was killed: what it left is removed`);
      return;
    case 'begun':
      dim(`a podman of its own in ${news.root}; images are read from yours`);
      dim('networks without a way out; ports on free ones of 127.0.0.1; nothing of this node is touched');
      return;
    case 'event':
      return;
  }
}

interface ReportLook {
  readonly ascii: boolean;
  readonly isCutOff: boolean;
}

/** Per stage and slot: how long, what was different, and what is not proved. */
export function reportLines(report: DrillReport, { ascii, isCutOff }: ReportLook): readonly Line[] {
  const slots = report.stages.flatMap((stage) => stage.slots);
  const bad = slots.filter((slot) => !slot.isProved);
  const stages = report.stages.flatMap((stage) => [
    line(piece(`stage ${harmless(stage.name)}`, 'bold'), piece(`   ${duration(stage.tookMs)}`, 'dim')),
    ...stage.slots.flatMap((slot) => slotLines(slot, ascii)),
  ]);
  const without = Object.entries(report.without).map(([word, number]) => `${number} ${word}`);
  const data =
    report.data === 'overlay'
      ? 'data: below a layer that took what was written, and is gone'
      : 'data: read-only (this storage driver has no layers for it)';
  const leftOut =
    without.length === 0 ? 'proxy, names, certificates: none are declared' : `left out: ${without.join(', ')}`;
  const dot = piece(ascii ? '  - ' : '  · ', 'dim');
  return [
    ...stages,
    line(dot, data),
    line(dot, leftOut),
    line(dot, 'everything the drill made is removed'),
    isCutOff
      ? line(piece('Cut off. ', 'bad'), 'What had its turn is said above.')
      : verdict(report, { all: slots.length, bad: bad.length }),
  ];
}

function slotLines({ isProved, ports, slot, tookMs, why }: DrilledSlot, ascii: boolean): Line[] {
  const sign = isProved ? (ascii ? 'ok' : '✔') : ascii ? '!!' : '✖';
  const took = tookMs === undefined ? '' : `   ${duration(tookMs)}`;
  return [
    line(piece(`  ${sign} `, isProved ? 'good' : 'bad'), harmless(slot), piece(took, 'dim')),
    ...(why === undefined ? [] : [line(piece('      not proved: ', 'bad'), harmless(why))]),
    ...ports.map(({ from, protocol, to }) => line(piece(`      ${protocol} ${from} was ${to}`, 'dim'))),
  ];
}

function verdict(
  { isProved, tookMs }: DrillReport,
  { all, bad }: { readonly all: number; readonly bad: number },
): Line {
  const time = duration(tookMs);
  if (isProved)
    return line(piece('Proved. ', 'good'), `${count(all, 'slot')} came up; a recovery would take about ${time}.`);
  return line(
    piece('Not proved. ', 'bad'),
    `${bad} of ${count(all, 'slot')} did not; the others took ${time}, so a recovery would take longer than that.`,
  );
}
