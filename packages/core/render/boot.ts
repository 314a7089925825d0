import type { BootReport, BootSlot, BootStage } from '../model/boot.ts';
import type { Instant } from '../model/json.ts';
import { type Cell, type Column, table } from './table.ts';
import { harmless, type Line, line, pad, piece, textWidth, wrapLine } from './text.ts';
import { fullTime, type Zone } from './time.ts';
import { duration } from './units.ts';

export interface BootOptions {
  readonly node: string;
  readonly now: Instant;
  readonly width: number;
  readonly ascii: boolean;
  readonly zone: Zone;
}

/** Columns besides the bars, at their usual widths: stage, slot, time, and a few words of what was waited for. */
const besides = 58;
const leastBar = 12;
const mostBar = 60;

/** A boot as a waterfall: one line a slot, waiting dotted, starting full, with what it waited for longest. */
export function renderBoot(report: BootReport, options: BootOptions): Line[] {
  const { ascii, now, width } = options;
  const { firstSeenAt, slots, stages } = report;
  const to = endOf(report, now);
  const bar = Math.max(leastBar, Math.min(mostBar, width - besides));
  const columns: Column[] = [
    { title: 'STAGE', min: 6, yields: 3 },
    { title: 'SLOT', min: 10, yields: 2 },
    { title: axis(to - firstSeenAt, bar) },
    { title: 'READY', align: 'right' },
    { title: 'WAITED FOR', min: 10, yields: 9 },
  ];
  const rows = slots.map((slot, i): Cell[] => [
    { text: slots[i - 1]?.stage === slot.stage ? '' : slot.stage, style: 'dim' },
    { text: slot.slot, style: 'bold' },
    {
      text: barOf(slot, { from: firstSeenAt, to, width: bar, ascii }),
      style: slot.readyAt === undefined ? 'warn' : 'good',
    },
    slot.readyAt === undefined
      ? { text: slot.startedAt === undefined ? 'not started' : 'not ready', style: 'bad' }
      : { text: duration(slot.readyAt - firstSeenAt) },
    { text: slot.waitedFor === '' ? '-' : harmless(slot.waitedFor), style: 'dim' },
  ]);
  const shown = stages.filter((stage) => slots.some((slot) => slot.stage === stage.name));
  const said = [
    ...shown.map((stage) => ({
      name: stage.name,
      text: stageText(stage, firstSeenAt),
      isBad: stage.lateAt !== undefined,
    })),
    ...slots
      .filter((slot) => slot.readyAt === undefined && slot.waitedFor !== '')
      .map((slot) => ({ name: slot.slot, text: `waits: ${harmless(slot.waitedFor)}`, isBad: true })),
  ];
  const room = 2 + Math.max(0, ...said.map(({ name }) => textWidth(name)));
  const words = said.flatMap(({ isBad, name, text }) =>
    wrapLine(line(piece(`  ${pad(name, room)}`, 'dim'), piece(text, isBad ? 'warn' : 'plain')), width),
  );
  return [
    headline(report, options),
    [],
    ...(slots.length === 0
      ? [line('  everything was ready already when this boot was first looked at')]
      : [...table(columns, rows, { width, ascii }), [], ...words]),
  ];
}

function headline({ bootId, convergedAt, firstSeenAt, slots }: BootReport, { node, zone }: BootOptions): Line {
  const ready = slots.filter(({ readyAt }) => readyAt !== undefined).length;
  return line(
    piece(node, 'bold'),
    '  ',
    convergedAt === undefined
      ? piece(`${ready} of ${slots.length} ready, not everything is well yet`, 'warn')
      : piece(`everything well after ${duration(convergedAt - firstSeenAt)}`, 'good'),
    piece(`    boot ${bootId.slice(0, 8)}, first seen ${fullTime(firstSeenAt, zone)}`, 'dim'),
  );
}

/** How a stage came to its end: `ready after 1.2 s`, `late: not ready within 2 min, went on (on_timeout = "continue")`. */
export function stageText({ lateAt, onTimeout, readyAt, timeoutMs }: BootStage, from: Instant): string {
  const ready = readyAt === undefined ? 'not ready yet' : `ready after ${duration(readyAt - from)}`;
  if (lateAt === undefined) return ready;
  const then = onTimeout === 'continue' ? 'later stages went on' : 'later stages wait';
  return `${ready}; late after ${duration(lateAt - from)}: over its ${duration(timeoutMs)}, ${then} (on_timeout = "${onTimeout}")`;
}

/** The last thing that happened; while something is still open, now. */
function endOf({ convergedAt, firstSeenAt, slots }: BootReport, now: Instant): Instant {
  const isOpen = slots.some(({ readyAt }) => readyAt === undefined);
  const ends = slots.flatMap(({ readyAt, startedAt }) => readyAt ?? startedAt ?? []);
  return Math.max(firstSeenAt + 1000, ...ends, isOpen ? (convergedAt ?? now) : 0);
}

/** `0 s              18 s`, as wide as the bars. */
function axis(ms: number, width: number): string {
  const end = duration(ms);
  return `${pad('0 s', width - end.length)}${end}`;
}

function barOf(
  { readyAt, startedAt, waits }: BootSlot,
  { ascii, from, to, width }: { from: Instant; to: Instant; width: number; ascii: boolean },
): string {
  const column = (at: Instant) => Math.round(((Math.min(Math.max(at, from), to) - from) / (to - from)) * width);
  const end = column(readyAt ?? to);
  const begin = Math.min(startedAt === undefined ? end : column(startedAt), Math.max(0, end - 1));
  const firstWait = Math.min(begin, column(waits[0]?.since ?? startedAt ?? readyAt ?? to));
  const up = Math.max(startedAt === undefined && readyAt === undefined ? 0 : 1, end - begin);
  const [dot, block] = ascii ? ['.', '#'] : ['░', '█'];
  return pad(' '.repeat(firstWait) + dot.repeat(begin - firstWait) + block.repeat(up), width);
}
