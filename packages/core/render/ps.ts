import type { Instant } from '../model/json.ts';
import { type Foreign, gradeStyle, grades, type NodeStanding, type Standing } from './standing.ts';
import { type Cell, type Column, columnWidths, cutLine, table, totalWidth } from './table.ts';
import { asciiText, type Line, line, type Piece, piece, type Style, textWidth } from './text.ts';
import { count, duration, shortDuration } from './units.ts';

export interface PsOptions {
  readonly width: number;
  readonly ascii: boolean;
  /** Also name the containers that are not ours. */
  readonly foreign: boolean;
}

/** Every component on one line: the well ones grey, the others coloured and worded. */
export function renderPs(standing: NodeStanding, options: PsOptions): Line[] {
  const { ascii, width } = options;
  const lines = [
    ...headLines(standing, options),
    [],
    ...(standing.rows.length === 0 && standing.absences.length === 0
      ? [line(piece('Nothing is declared for this node.', 'dim'))]
      : rowLines(standing, options)),
    [],
    ...footLines(standing, options),
  ];
  if (options.foreign) lines.push([], ...foreignLines(standing, options));
  return ascii ? lines.map((each) => cutLine(each, width, true)) : lines;
}

/** Names alone, one a line: for programs. */
export function renderNames(standing: NodeStanding): Line[] {
  return standing.rows.map((row) => line(row.name));
}

/** One line where it fits; else the source has a line of its own, and the commit's message gives way. */
function headLines(standing: NodeStanding, { width }: PsOptions): Line[] {
  const { at, author, commit, committedAt, fleet, message, node, source } = standing;
  const by = author === '' ? '' : `${author}, `;
  const name = `fleet ${fleet} @ ${commit.slice(0, 7)}`;
  const age = committedAt === 0 ? '' : ` (${by}${ago(at - committedAt)})`;
  const quoted = message === '' ? '' : ` "${message}"`;
  const checked = source.checkedAt === undefined ? '' : ` ${ago(at - source.checkedAt)}`;
  const from = piece(`source ${source.text}${checked}`, source.isWell ? 'dim' : 'bad');
  const whole = line(piece(node, 'bold'), `  ${name}${quoted}${age}`, piece(' · ', 'dim'), from);
  if (lineWidth(whole) <= width) return [whole];
  const room = width - textWidth(`${node}  ${name}${age}`);
  const short = room > 12 ? cutLine([piece(quoted)], room) : [];
  return [
    cutLine(line(piece(node, 'bold'), `  ${name}`, ...short, age), width),
    ...(source.isWell ? [] : [cutLine(line('  ', from), width)]),
  ];
}

function lineWidth(of: Line): number {
  return of.reduce((sum, { text }) => sum + textWidth(text), 0);
}

type Name = 'stage' | 'service' | 'state' | 'health' | 'version' | 'up' | 'reached' | 'note';

/** The reason is cut first, but never so far that it says nothing. */
const columnsFor = (width: number): Readonly<Record<Name, Column>> => ({
  stage: { title: 'STAGE', min: 8, yields: 2 },
  service: { title: 'SERVICE', min: 12, yields: 1 },
  state: { title: 'STATE' },
  health: { title: 'HEALTH' },
  version: { title: 'VERSION', min: 8, yields: 3 },
  up: { title: 'UP' },
  reached: { title: 'REACHED AS', min: 14, yields: 4 },
  note: { title: 'NOTE', min: Math.min(36, Math.floor(width * 0.4)), yields: 9 },
});

/** What gives way as the terminal gets narrower: the reason why something is not well comes before how it is reached. */
const layouts: readonly (readonly Name[])[] = [
  ['stage', 'service', 'state', 'health', 'version', 'up', 'reached', 'note'],
  ['stage', 'service', 'state', 'health', 'version', 'up', 'note'],
  ['service', 'state', 'health', 'version', 'up', 'note'],
  ['service', 'state', 'health', 'version', 'note'],
];
const phoneWidth = 60;

function rowLines(standing: NodeStanding, { ascii, width }: PsOptions): Line[] {
  let stage: string | undefined;
  const rows = standing.rows.map((row) => {
    const cells = cellsOf(row, { at: standing.at, stage: row.stage === stage ? '' : row.stage, ascii });
    stage = row.stage;
    return cells;
  });
  const absent = standing.absences.map(
    (absence): Record<Name, Cell> => ({
      ...emptyCells,
      stage: { text: '-', style: 'dim' },
      service: { text: absence.service, style: 'dim' },
      state: { text: absence.why === 'inactive' ? 'stopped' : absence.why, style: 'dim' },
      note: { text: absence.node === undefined ? '' : `on ${absence.node}`, style: 'dim' },
    }),
  );
  const all = [...rows, ...absent];
  const columns = columnsFor(width);
  const tableOf = (layout: readonly Name[]) =>
    [layout.map((name) => columns[name]), all.map((cells) => layout.map((name) => cells[name]))] as const;
  const fits = (layout: readonly Name[]) => totalWidth(columnWidths(...tableOf(layout), width)) <= width;
  const allowed = width <= phoneWidth ? layouts.slice(-1) : layouts;
  const layout = allowed.find(fits) ?? layouts.at(-1) ?? [];
  return table(...tableOf(layout), { width, ascii });
}

const blank: Cell = { text: '' };
const emptyCells: Record<Name, Cell> = {
  stage: blank,
  service: blank,
  state: blank,
  health: blank,
  version: blank,
  up: blank,
  reached: blank,
  note: blank,
};

function cellsOf(row: Standing, { at, stage, ascii }: { at: Instant; stage: string; ascii: boolean }) {
  const style = gradeStyle(row.grade);
  const isWell = row.grade === 'well';
  const cell = (text: string, own: Style = style): Cell => ({ text: ascii ? asciiText(text) : text, style: own });
  return {
    stage: cell(stage === '' ? '' : stage, 'bold'),
    service: cell(row.name, isWell ? 'dim' : 'bold'),
    state: cell(row.state),
    health: cell(healthWord(row), row.health === 'unhealthy' ? 'bad' : style),
    version: cell(versionText(row)),
    up: cell(row.startedAt === undefined ? '-' : shortDuration(at - row.startedAt), isWell ? 'dim' : 'plain'),
    reached: cell(shortList(row.reachedAs), isWell ? 'dim' : 'plain'),
    note: cell(row.note),
  };
}

export function healthWord({ health }: Pick<Standing, 'health'>): string {
  switch (health) {
    case 'healthy':
      return 'ok';
    case 'unhealthy':
      return 'FAIL';
    case 'starting':
      return 'starting';
    case 'unknown':
      return '?';
    case 'none':
      return '-';
  }
}

/** `1.4.2 ↶ 1.5.0`: runs the left one because the right one is bad; `1.4.2 → 1.5.0`: the right one is to come. */
export function versionText({ other, version }: Pick<Standing, 'version' | 'other'>): string {
  if (other === undefined) return version === '' ? '-' : version;
  return `${version === '' ? '' : `${version} `}${other.is === 'bad' ? '↶' : '→'} ${other.version}`;
}

const mostReached = 24;

/** As many as fit a narrow column, then how many more. */
function shortList(names: readonly string[]): string {
  const [first = '-', ...rest] = names;
  const all = names.join(' ');
  if (rest.length === 0 || textWidth(all) <= mostReached) return all === '' ? first : all;
  return `${first} +${rest.length}`;
}

function footLines(standing: NodeStanding, { foreign, width }: PsOptions): Line[] {
  const { rows } = standing;
  const parts = grades.flatMap((grade) => {
    const n = rows.filter((row) => row.grade === grade).length;
    return n === 0 ? [] : [piece(`${n} ${grade}`, grade === 'well' ? 'good' : gradeStyle(grade))];
  });
  if (standing.absences.length > 0) parts.push(piece(`${standing.absences.length} elsewhere`, 'dim'));
  const gone = rows.filter((row) => row.isLeaving === true).length;
  const declared = rows.length - gone + standing.absences.length;
  const [first, ...more] = countLines(
    `${declared} declared${gone === 0 ? '' : `, ${gone} not any more`}: `,
    parts,
    width,
  );
  const counted = more.at(-1) ?? first ?? [];
  const hint = [
    ...(standing.unmanaged === 0 ? [] : [`${standing.unmanaged} unmanaged: plan -v`]),
    ...(standing.foreign.length === 0 || foreign
      ? []
      : [`${count(standing.foreign.length, 'foreign container')}: ps --foreign`]),
  ].join(' · ');
  const isTight = lineWidth(counted) + 6 + textWidth(hint) > width;
  return [
    ...[first ?? [], ...more].slice(0, -1),
    isTight || hint === '' ? counted : line(...counted, piece(`      ${hint}`, 'dim')),
    ...(isTight && hint !== '' ? [line(piece(hint, 'dim'))] : []),
    ...standing.besides.map((text) => line(piece(text, 'warn'))),
    ...(standing.next === '' ? [] : [line(piece('next: ', 'dim'), standing.next)]),
  ];
}

/** `12 declared: 8 well · 1 failing`, on as many lines as it takes. */
function countLines(head: string, parts: readonly Piece[], width: number): Line[] {
  const lines: Piece[][] = [[piece(head)]];
  for (const [i, part] of parts.entries()) {
    const last = lines.at(-1) ?? [];
    const isFull = i > 0 && lineWidth(last) + 3 + textWidth(part.text) > width;
    if (isFull) lines.push([piece('  '), part]);
    else last.push(...(i === 0 ? [part] : [piece(' · ', 'dim'), part]));
  }
  return lines;
}

function foreignLines({ at, foreign }: NodeStanding, { ascii, width }: PsOptions): Line[] {
  if (foreign.length === 0) return [line(piece('Every container here is ours.', 'dim'))];
  const cells = foreign.map((one: Foreign): Cell[] => [
    { text: one.name },
    { text: one.state },
    { text: one.startedAt === undefined ? '-' : shortDuration(at - one.startedAt) },
    { text: shortList(one.ports) },
  ]);
  const titles: Column[] = [
    { title: 'FOREIGN', min: 12, yields: 1 },
    { title: 'STATE' },
    { title: 'UP' },
    { title: 'PORTS', min: 8, yields: 2 },
  ];
  return table(titles, cells, { width, ascii });
}

export function ago(ms: number): string {
  return `${duration(ms)} ago`;
}
