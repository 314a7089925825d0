import type { Diagnostic } from '@reconcile/core';
import { asciiText, cut, harmless, type Line, line, piece, textWidth, wrap } from '@reconcile/core/render';

export interface LinesLook {
  readonly width: number;
  readonly ascii: boolean;
}

/**
 * One problem with the line it is in:
 *
 *     error services/web.toml:8:1  components.web.routes.memory: …
 *       8 │ memory = "512MiB"
 *         │ ^^^^^^
 *       next  move `memory` up, above [[components.routes]] in line 5
 */
export function problemLines(problem: Diagnostic, text: string | undefined, look: LinesLook): Line[] {
  const { column, hint, severity } = problem;
  const place = problem.line === 0 ? problem.file : `${problem.file}:${problem.line}:${column}`;
  const isError = severity === 'error';
  const head = [piece(isError ? 'error ' : 'warning ', isError ? 'bad' : 'warn'), piece(harmless(place), 'bold')];
  const path = problem.path === '' ? '' : `${harmless(problem.path)}: `;
  const message = said(path + harmless(problem.message), look);
  const before = textWidth(head.map((part) => part.text).join('')) + 2;
  const lines =
    before + textWidth(message) <= look.width
      ? [line(...head, '  ', message)]
      : [line(...head), ...wrap(message, look.width - 2).map((row) => line('  ', row))];
  lines.push(...excerpt(problem, text, look));
  if (hint !== undefined) {
    const rows = wrap(said(harmless(hint), look), look.width - 8);
    lines.push(...rows.map((row, i) => line(piece(i === 0 ? '  next  ' : '        ', 'dim'), row)));
  }
  return lines;
}

/** The line that is meant, and a mark below the very place. */
function excerpt(problem: Diagnostic, text: string | undefined, look: LinesLook): Line[] {
  const source = problem.line === 0 ? undefined : text?.split(/\r?\n/)[problem.line - 1];
  if (source === undefined) return [];
  const number = String(problem.line);
  const bar = look.ascii ? '|' : '│';
  const room = look.width - number.length - 5;
  const at = Math.min(Math.max(0, problem.column - 1), source.length);
  // A long line is shown from shortly before the place.
  const from = textWidth(source.slice(0, at)) + 12 > room ? at - Math.min(at, 12) : 0;
  const lead = harmless(source.slice(from, at));
  const marked = Math.max(1, Math.min(textWidth(token(source.slice(at))), room - textWidth(lead)));
  const shown = cut(harmless(source.slice(from)), room, look.ascii ? '..' : '…');
  return [
    line(piece(`  ${number} ${bar} `, 'dim'), shown),
    line(
      piece(`  ${' '.repeat(number.length)} ${bar} `, 'dim'),
      ' '.repeat(textWidth(lead)),
      piece('^'.repeat(marked), problem.severity === 'error' ? 'bad' : 'warn'),
    ),
  ];
}

/** The key, value or header that begins here. */
function token(rest: string): string {
  const [found] = /^(?:"(?:\\.|[^"\\])*"|'[^']*'|\[\[?[^\]#]*\]?\]|[A-Za-z0-9_.:+-]+)/.exec(rest) ?? [' '];
  return found;
}

function said(text: string, look: LinesLook): string {
  return look.ascii ? asciiText(text) : text;
}
