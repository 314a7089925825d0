import type { Instant } from '../model/json.ts';
import type { HistoryLine } from './events.ts';
import { versionOf } from './fields.ts';
import { type Cell, type Column, table } from './table.ts';
import type { Line, Style } from './text.ts';
import { fullTime, momentText, type Zone } from './time.ts';
import { shortDuration } from './units.ts';

const columns: readonly Column[] = [
  { title: 'WHEN' },
  { title: 'AGO', align: 'right' },
  { title: 'SERVICE', min: 12, yields: 1 },
  { title: 'WHAT' },
  { title: 'VERSION', min: 8, yields: 2 },
  { title: 'COMMIT' },
  { title: 'BY', min: 8, yields: 3 },
  { title: 'WHY', min: 8, yields: 9 },
];

/** Where there is no room for all: the time of day alone, and nobody counts back or looks who it was. */
const narrowColumns: readonly Column[] = columns.filter(({ title }) => title !== 'AGO' && title !== 'BY');
const narrow = 110;

/** What happened to components, newest first. */
export function renderHistory(
  entries: readonly HistoryLine[],
  { ascii, now, width, zone }: { width: number; ascii: boolean; now: Instant; zone: Zone },
): Line[] {
  const isNarrow = width < narrow;
  const rows = entries.map((entry): Cell[] => [
    { text: isNarrow ? momentText(entry.at, now, zone) : fullTime(entry.at, zone), style: 'dim' },
    ...(isNarrow ? [] : [{ text: shortDuration(now - entry.at), style: 'dim' } as const]),
    { text: entry.slot, style: 'bold' },
    { text: entry.what.replace('-', ' '), style: styles[entry.what] ?? 'plain' },
    { text: versions(entry) },
    { text: entry.commit.slice(0, 7), style: 'dim' },
    ...(isNarrow ? [] : [{ text: entry.by, style: 'dim' } as const]),
    { text: entry.why },
  ]);
  return table(isNarrow ? narrowColumns : columns, rows, { width, ascii });
}

const styles: Readonly<Record<string, Style>> = {
  ready: 'good',
  'not-ready': 'bad',
  'rolled-back': 'bad',
  failed: 'bad',
  removed: 'remove',
};

function versions({ from, to }: HistoryLine): string {
  return [...new Set([from, to].filter((ref) => ref !== '').map(versionOf))].join(' → ');
}
