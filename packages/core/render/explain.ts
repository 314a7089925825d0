import type { FieldChange } from '../model/plan.ts';
import { fieldValue } from './fields.ts';
import { type Grade, gradeStyle } from './standing.ts';
import { nextLines } from './status.ts';
import { type Cell, cutLine, table } from './table.ts';
import { type Line, line, pad, piece, type Style, textWidth, wrap } from './text.ts';

/** One gate on the way to being well. `wait`: not passed yet, and nobody has to do anything but wait. */
export interface Check {
  readonly gate: string;
  readonly verdict: 'ok' | 'no' | 'wait' | 'info';
  readonly text: string;
  /** One line each, below it. */
  readonly details?: readonly string[];
}

/** Why something is as it is: gate by gate, field by field; what `explain -o json` prints. */
export interface Explanation {
  readonly slot: string;
  readonly name: string;
  readonly grade: Grade;
  readonly state: string;
  readonly file: string;
  readonly commit: string;
  /** The reason in one sentence; '' when it is simply well. */
  readonly why: string;
  readonly checks: readonly Check[];
  /** What differs between what is there and what is declared. */
  readonly fields: readonly FieldChange[];
  readonly output: { readonly of: string; readonly lines: readonly string[] };
  readonly next: readonly string[];
}

export interface ExplainOptions {
  readonly width: number;
  readonly ascii: boolean;
}

export function renderExplanation(explanation: Explanation, options: ExplainOptions): Line[] {
  const { ascii, width } = options;
  const { checks, commit, fields, file, grade, name, next, output, state, why } = explanation;
  const style: Style = grade === 'well' ? 'good' : gradeStyle(grade);
  const says =
    grade === 'well' || state === grade || (grade === 'failing' && state === 'failed') ? state : `${state}, ${grade}`;
  const head = line(piece(name, 'bold'), '  ', piece(says, style), piece(`    ${file} @ ${commit.slice(0, 7)}`, 'dim'));
  return [
    cutLine(head, width, ascii),
    ...wrap(why, width - 2).map((text) => cutLine(line('  ', piece(text, style)), width, ascii)),
    [],
    ...checkLines(checks, options),
    ...(fields.length === 0 ? [] : [[], ...fieldTable(fields, options)]),
    ...(output.lines.length === 0 ? [] : [[], ...outputLines(output, options)]),
    ...(next.length === 0 ? [] : [[], ...nextLines(next, ascii)]),
  ];
}

const marks: Readonly<
  Record<Check['verdict'], { readonly sign: string; readonly plain: string; readonly style: Style }>
> = {
  ok: { sign: '✔', plain: 'ok', style: 'good' },
  no: { sign: '✘', plain: 'NO', style: 'bad' },
  wait: { sign: '…', plain: '..', style: 'warn' },
  info: { sign: '·', plain: '-', style: 'dim' },
};

/** Passed gates in grey on one line; the others in full: their end is what helps. */
function checkLines(checks: readonly Check[], { ascii, width }: ExplainOptions): Line[] {
  const name = Math.max(0, ...checks.map(({ gate }) => textWidth(gate))) + 2;
  const lead = 2 + (ascii ? 3 : 2) + name;
  return checks.flatMap(({ details = [], gate, text, verdict }) => {
    const mark = marks[verdict];
    const isQuiet = verdict === 'ok' || verdict === 'info';
    const sign = ascii ? pad(mark.plain, 3) : pad(mark.sign, 2);
    const style: Style = isQuiet ? 'dim' : 'plain';
    const rows = isQuiet ? [text] : wrap(text, Math.max(20, width - lead));
    const first = line(
      '  ',
      piece(sign, mark.style),
      piece(pad(gate, name), isQuiet ? 'dim' : 'bold'),
      piece(rows[0] ?? '', style),
    );
    const more = rows.slice(1).map((row) => line(' '.repeat(lead), piece(row, style)));
    const below = details.map((row) => line(' '.repeat(lead), piece(row, 'dim')));
    return [first, ...more, ...below].map((each) => cutLine(each, width, ascii));
  });
}

function fieldTable(fields: readonly FieldChange[], { ascii, width }: ExplainOptions): Line[] {
  const columns = [
    { title: 'FIELD', min: 12, yields: 1 },
    { title: 'IS', min: 12, yields: 3 },
    { title: 'WANTED', min: 12, yields: 2 },
  ];
  const rows = fields.map(({ field, from, to }): Cell[] => [
    { text: field, style: 'bold' },
    { text: fieldValue(field, from), style: 'remove' },
    { text: fieldValue(field, to), style: 'add' },
  ]);
  return table(columns, rows, { width: width - 2, ascii }).map((each) => [piece('  '), ...each]);
}

function outputLines({ lines, of }: Explanation['output'], { ascii, width }: ExplainOptions): Line[] {
  return [
    line(piece(`  ${of}`, 'dim')),
    ...lines.map((text) => cutLine(line(piece('  | ', 'dim'), text), width, ascii)),
  ];
}
