// Output as data: lines of styled pieces. Colour only underlines what the words already say, so the text alone is complete;
// the command line paints styles, tests and pipes drop them.

export type Style = 'plain' | 'dim' | 'bold' | 'good' | 'bad' | 'warn' | 'add' | 'change' | 'remove' | 'head';

export interface Piece {
  readonly text: string;
  readonly style: Style;
}

export type Line = readonly Piece[];

export function piece(text: string, style: Style = 'plain'): Piece {
  return { text, style };
}

export function line(...parts: readonly (Piece | string)[]): Line {
  return parts.map((part) => (typeof part === 'string' ? piece(part) : part));
}

export function plainText(lines: readonly Line[]): string {
  return lines
    .map((pieces) =>
      pieces
        .map((p) => p.text)
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

/** Columns a terminal needs for a text: wide characters count two, combining ones none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 32 || (code >= 0x300 && code <= 0x36f) || code === 0x200b || code === 0x200d || code === 0xfe0f)
      continue;
    width += isWide(code) ? 2 : 1;
  }
  return width;
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff)
  );
}

/** Cuts to `width` columns, with an ellipsis where something was lost. */
export function cut(text: string, width: number, ellipsis = '…'): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  for (const char of text) {
    if (textWidth(kept + char) > width - textWidth(ellipsis)) break;
    kept += char;
  }
  return width <= 0 ? '' : kept + ellipsis;
}

/** Words on lines of at most `width` columns; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && textWidth(`${line} ${word}`) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** A line whose last piece goes on below where it began, when the terminal is too narrow for it. */
export function wrapLine(whole: Line, width: number): Line[] {
  const head = whole.slice(0, -1);
  const tail = whole.at(-1);
  const indent = head.reduce((sum, { text }) => sum + textWidth(text), 0);
  if (tail === undefined || indent + textWidth(tail.text) <= width || width - indent < 24) return [whole];
  return wrap(tail.text, width - indent).map((text, i) => [
    ...(i === 0 ? head : [piece(' '.repeat(indent))]),
    piece(text, tail.style),
  ]);
}

export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

/** Our own signs where the locale is not UTF-8; what people wrote stays as it is. */
const asciiSigns: Readonly<Record<string, string>> = {
  '…': '..',
  '→': '->',
  '↶': '<-',
  '·': '|',
  '×': 'x',
  '✔': 'ok',
  '✘': 'x',
  '±': '+/-',
  '↻': 'r',
};

/** Made from text: the bundler leaves what is not ASCII inside a literal as it is, and the bundle is read as ASCII. */
const signs = new RegExp(`[${Object.keys(asciiSigns).join('')}]`, 'gu');

export function asciiText(text: string): string {
  return text.replace(signs, (sign) => asciiSigns[sign] ?? sign);
}

/** Text from outside (logs, names, error messages) on a terminal: no escape sequences, no control characters, one line. */
export function harmless(text: string): string {
  let kept = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x1b) i = escapeEnd(text, i);
    else if (code === 0x0a || code === 0x09) kept += ' ';
    else kept += code < 0x20 || (code >= 0x7f && code <= 0x9f) ? '·' : (text[i] ?? '');
  }
  return kept;
}

/** Index of the last character of the escape sequence that starts at `start` (ECMA-48: CSI up to its final byte, else two characters). */
function escapeEnd(text: string, start: number): number {
  if (text[start + 1] !== '[') return start + 1;
  let i = start + 2;
  while (i < text.length && (text.charCodeAt(i) < 0x40 || text.charCodeAt(i) > 0x7e)) i++;
  return i;
}
