import type { Line, Style } from '@reconcile/core/render';

/** What output may look like: decided once, from the streams and the environment. */
export interface Look {
  readonly isTerminal: boolean;
  readonly colour: boolean;
  /** Symbols in ASCII: the locale is not UTF-8. */
  readonly ascii: boolean;
  readonly width: number;
}

export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `NO_COLOR` (no-color.org) and `TERM=dumb` end colour, `FORCE_COLOR` begins it; a pipe has neither colour nor progress. */
export function lookOf(stream: Stream, env: Environment): Look {
  const isTerminal = stream.isTTY === true && env.TERM !== 'dumb';
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  const refused = env.NO_COLOR !== undefined && env.NO_COLOR !== '';
  const columns = Number(env.COLUMNS) || stream.columns || (isTerminal ? 80 : 160);
  return { isTerminal, colour: !refused && (isTerminal || forced), ascii: !isUtf8(env), width: Math.max(40, columns) };
}

function isUtf8(env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return locale === '' || /utf-?8/i.test(locale);
}

const codes: Readonly<Record<Style, string>> = {
  plain: '',
  dim: '2',
  bold: '1',
  good: '32',
  bad: '31',
  warn: '33',
  add: '32',
  change: '33',
  remove: '31',
  head: '1;36',
};

/** Lines as text for this look; without colour the words alone. */
export function paint(lines: readonly Line[], look: Look): string {
  return lines.map((line) => `${paintLine(line, look)}\n`).join('');
}

export function paintLine(line: Line, look: Look): string {
  const last = line.findLastIndex((piece) => piece.text.trim() !== '');
  return line
    .slice(0, last + 1)
    .map((piece, i) => style(i === last ? piece.text.trimEnd() : piece.text, piece.style, look))
    .join('');
}

export function style(text: string, name: Style, look: Look): string {
  const code = codes[name];
  return !look.colour || code === '' || text.trim() === '' ? text : `\u001b[${code}m${text}\u001b[0m`;
}
