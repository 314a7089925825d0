import type { Figures } from './figures.ts';
import type { Row } from './row.ts';

const head = ['measure', 'limit', 'peer', 'their median (min–max)', 'our median (min–max)', 'ratio', 'verdict'];

/** The rows as a table whose columns are as wide as they need to be; a Markdown table at the same time. */
export function tableLines(rows: readonly Row[]): string[] {
  const cells = [head, ...rows.map(cellsOf)];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const lineOf = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [first = '', ...rest] = cells.map(lineOf);
  return [first, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rest];
}

function cellsOf(row: Row): string[] {
  return [
    row.measure,
    limitOf(row),
    row.peer ?? '',
    spread(row.theirs, row.unit),
    spread(row.us, row.unit),
    row.ratio === undefined ? '' : ratioText(row.ratio),
    row.note === undefined ? row.verdict : `${row.verdict}: ${row.note}`,
  ];
}

function limitOf({ limit, limitText, peer, unit }: Row): string {
  if (limit === undefined) return '';
  return limitText ?? (peer === undefined ? `${limit} ${unit}` : `${limit}x`);
}

function spread(seen: Figures | undefined, unit: Row['unit']): string {
  if (seen === undefined) return '';
  const text = (value: number) => value.toFixed(value < 100 ? 1 : 0);
  return `${text(seen.median)} ${unit} (${text(seen.min)}–${text(seen.max)}), ${seen.runs}`;
}

/** Small ratios as fractions, since that is how the limits are written. */
function ratioText(ratio: number): string {
  return ratio < 0.3 ? `1/${(1 / ratio).toFixed(1)}` : `${ratio.toFixed(2)}x`;
}
