import { asciiText, cut, type Line, type Piece, pad, piece, type Style, textWidth } from './text.ts';

export interface Column {
  readonly title: string;
  /** Columns it may be cut to where the terminal is narrow; absent: it is never cut. */
  readonly min?: number;
  /** Who gives way first: the highest. Default 0. */
  readonly yields?: number;
  readonly align?: 'left' | 'right';
}

export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

export interface TableOptions {
  readonly width: number;
  readonly ascii?: boolean;
}

const gap = 2;

/** Columns never wrap: they are cut with `…`, those that may be. Empty ones are left out. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], options: TableOptions): Line[] {
  const ascii = options.ascii === true;
  const cells = ascii ? rows.map((row) => row.map((cell) => ({ ...cell, text: asciiText(cell.text) }))) : rows;
  const widths = columnWidths(columns, cells, options.width);
  const used = columns.map((_, c) => c).filter((c) => (widths[c] ?? 0) > 0);
  const render = (row: readonly Cell[], style: Style): Line =>
    used.flatMap((c, i): Piece[] => {
      const cell = row[c] ?? { text: '' };
      const room = widths[c] ?? 0;
      const text = cut(cell.text, room, ascii ? '..' : '…');
      const space = ' '.repeat(Math.max(0, room - textWidth(text)));
      const tail = i === used.length - 1 ? '' : ' '.repeat(gap);
      const isRight = columns[c]?.align === 'right';
      return [piece(isRight ? space + text : text, cell.style ?? style), piece((isRight ? '' : space) + tail)];
    });
  const titles = columns.map((column) => ({ text: column.title }));
  return [render(titles, 'head'), ...cells.map((row) => render(row, 'plain'))];
}

/** Width of each column at a terminal's width; 0 for one that nothing stands in. */
export function columnWidths(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
): readonly number[] {
  const widths = columns.map((column, c) => {
    const own = Math.max(0, ...rows.map((row) => textWidth(row[c]?.text ?? '')));
    return own === 0 ? 0 : Math.max(textWidth(column.title), own);
  });
  let over = totalWidth(widths) - width;
  const order = columns
    .map((column, c) => ({ c, ...column }))
    .filter(({ min }) => min !== undefined)
    .sort((a, b) => (b.yields ?? 0) - (a.yields ?? 0));
  for (const { c, min = 0 } of order) {
    const own = widths[c] ?? 0;
    const kept = Math.max(Math.min(own, min), own - Math.max(0, over));
    over -= own - kept;
    widths[c] = kept;
  }
  return widths;
}

/** What a table of such columns takes, gaps included. */
export function totalWidth(widths: readonly number[]): number {
  return widths.filter((own) => own > 0).reduce((sum, own) => sum + own + gap, -gap);
}

/** Words and values below each other: `  wants    1.5.0`. A value that is too long is cut at the terminal's width. */
export function fieldLines(
  fields: readonly (readonly [string, string | Line])[],
  options: TableOptions & { readonly indent?: number },
): Line[] {
  const indent = options.indent ?? 2;
  const name = Math.max(0, ...fields.map(([word]) => textWidth(word))) + gap;
  const room = Math.max(20, options.width - indent - name);
  return fields.map(([word, value]) => {
    const head = [piece(' '.repeat(indent)), piece(pad(word, name), 'dim')];
    return [...head, ...cutLine(typeof value === 'string' ? [piece(value)] : value, room, options.ascii === true)];
  });
}

/** A line that ends at a width; styles stay. */
export function cutLine(line: Line, width: number, ascii = false): Line {
  const pieces: Piece[] = [];
  let left = width;
  for (const { text: given, style } of line) {
    if (left <= 0) break;
    const text = cut(ascii ? asciiText(given) : given, left, ascii ? '..' : '…');
    pieces.push(piece(text, style));
    left -= textWidth(text);
  }
  return pieces;
}
