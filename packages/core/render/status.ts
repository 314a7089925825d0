import type { JobRun } from '../model/history.ts';
import type { Instant } from '../model/json.ts';
import type { ResourceKey } from '../model/resource.ts';
import { healthWord, versionText } from './ps.ts';
import { type Grade, gradeStyle, type NodeStanding, type Standing, severity } from './standing.ts';
import { type Cell, type Column, cutLine, fieldLines, table } from './table.ts';
import { type Line, line, type Piece, piece, type Style, wrap } from './text.ts';
import { bytes, duration, shortDuration } from './units.ts';

/** One commit, as a person names it. */
export interface CommitWords {
  readonly commit: string;
  readonly message: string;
  readonly author: string;
  readonly at: Instant;
}

/** A row of `ps`, with what only a closer look tells. */
export interface PartStatus extends Standing {
  /** `http /healthz`, `tcp`, `exec`: what its probe asks. */
  readonly probe: string;
  /** Starts after it ended by itself, since it was made. */
  readonly restarts: number;
  /** Bytes; absent: podman could not say. */
  readonly memory?: { readonly used: number; readonly limit: number };
  readonly cpuPercent?: number;
  /** Of a job, newest first. */
  readonly runs?: readonly JobRun[];
}

export interface RouteStatus {
  readonly key: ResourceKey;
  readonly url: string;
  /** Addresses of this machine, or of the other node's proxy. */
  readonly to: readonly string[];
  /** served, parked, waits, unmanaged … */
  readonly state: string;
  readonly isWell: boolean;
  readonly certificate: string;
  readonly record: string;
}

export interface DataStatus {
  readonly name: string;
  readonly kind: 'volume' | 'directory';
  readonly isThere: boolean;
}

/** One service from all sides; what `status S -o json` prints. */
export interface ServiceStatus {
  readonly service: string;
  readonly node: string;
  readonly at: Instant;
  /** `services/notes.toml`. */
  readonly file: string;
  readonly commit: string;
  readonly grade: Grade;
  /** `running`, `running, rolled back`, `stopped`. */
  readonly says: string;
  /** Version that is wanted, and the commit that wants it. */
  readonly wants: string;
  readonly wantedBy?: CommitWords;
  /** Version that runs, since when, from which commit. */
  readonly runs: string;
  readonly runsSince?: Instant;
  readonly runsCommit?: string;
  /** Why what runs is not what is wanted, or not well. */
  readonly because: readonly string[];
  readonly parts: readonly PartStatus[];
  readonly routes: readonly RouteStatus[];
  readonly data: readonly DataStatus[];
  readonly dependsOn: readonly string[];
  readonly neededBy: readonly string[];
  /** Newest first: `03:12 rolled back`. */
  readonly last: readonly string[];
  readonly next: readonly string[];
}

export interface StatusOptions {
  readonly width: number;
  readonly ascii: boolean;
  /** How a moment reads: `03:12`, `Nov 17`. */
  readonly when: (at: Instant) => string;
}

export function renderStatus(status: ServiceStatus, options: StatusOptions): Line[] {
  const { ascii, width } = options;
  const place = { width, ascii };
  const { data, dependsOn, neededBy, parts, routes } = status;
  const links = [
    ...(data.length === 0 ? [] : [['DATA', dataLine(status)] as const]),
    ...(dependsOn.length === 0 ? [] : [['DEPENDS', dependsOn.join(', ')] as const]),
    ...(neededBy.length === 0 ? [] : [['NEEDED BY', neededBy.join(', ')] as const]),
    ...(status.last.length === 0 ? [] : [['LAST', status.last.join(' · ')] as const]),
  ];
  const lines: Line[] = [
    cutLine(headline(status), width, ascii),
    ...fieldLines(words(status, options), place),
    ...(parts.length === 0 ? [] : [[], ...indented(partTable(status, place))]),
    ...(routes.length === 0 ? [] : [[], ...indented(routeTable(routes, place))]),
    ...(links.length === 0 ? [] : [[], ...fieldLines(links, place)]),
    ...(status.next.length === 0 ? [] : [[], ...nextLines(status.next, ascii)]),
  ];
  return lines;
}

function headline({ commit, file, grade, says, service }: ServiceStatus): Line {
  return line(
    piece(service, 'bold'),
    '  ',
    piece(says, grade === 'well' ? 'good' : gradeStyle(grade)),
    piece(`    ${file} @ ${commit.slice(0, 7)}`, 'dim'),
  );
}

function words(status: ServiceStatus, { when, width }: StatusOptions): (readonly [string, string | Line])[] {
  const { runs, runsCommit, runsSince, wantedBy, wants } = status;
  const since = runsSince === undefined ? '' : `  since ${when(runsSince)}`;
  const made = runsCommit === undefined ? '' : `  made from ${runsCommit.slice(0, 7)}`;
  return [
    ['wants', line(wants, piece(wantedBy === undefined ? '' : `  ${commitText(wantedBy, when)}`, 'dim'))],
    ['runs', line(runs === '' ? piece('nothing', 'warn') : runs, piece(runs === '' ? '' : `${since}${made}`, 'dim'))],
    ...status.because.flatMap((text, i) => reasonLines(text, i === 0 ? 'because' : '', width)),
  ];
}

/** A reason is never cut: what it ends with is what helps. */
function reasonLines(text: string, word: string, width: number): (readonly [string, Line])[] {
  return wrap(text, Math.max(20, width - 'because'.length - 4)).map((part, i) => [
    i === 0 ? word : '',
    line(piece(part, 'warn')),
  ]);
}

/** `Ada <ada@example.net>` → `Ada`. */
export function authorName(author: string): string {
  return author.replace(/\s*<[^>]*>\s*$/, '') || author;
}

/** `8d20b7e "notes 1.5.0" (renovate, 03:09)` */
export function commitText({ at, author, commit, message }: CommitWords, when: (at: Instant) => string): string {
  return `${commit.slice(0, 7)} "${message}" (${author === '' ? '' : `${author}, `}${when(at)})`;
}

function partTable({ at, parts }: ServiceStatus, place: { width: number; ascii: boolean }): Line[] {
  const columns: Column[] = [
    { title: 'COMPONENT' },
    { title: 'CONTAINER', min: 12, yields: 2 },
    { title: 'STATE' },
    { title: 'HEALTH', min: 8, yields: 1 },
    { title: 'VERSION', min: 8, yields: 3 },
    { title: 'MEMORY', align: 'right' },
    { title: 'CPU', align: 'right' },
    { title: 'RESTARTS', align: 'right' },
    { title: 'UP', align: 'right' },
  ];
  const rows = parts.map((part): Cell[] => [
    { text: part.slot.slice(part.service.length + 1), style: 'bold' },
    { text: part.container === '' ? '-' : part.container },
    { text: part.state, style: part.grade === 'well' ? 'plain' : gradeStyle(part.grade) },
    { text: `${healthWord(part)}${part.health === 'none' ? '' : ` ${part.probe}`}`, style: healthStyle(part) },
    { text: versionText(part) },
    { text: part.memory === undefined ? '' : memoryText(part.memory) },
    { text: part.cpuPercent === undefined ? '' : `${part.cpuPercent.toFixed(1)} %` },
    { text: part.kind === 'job' ? '-' : String(part.restarts), style: part.restarts > 0 ? 'warn' : 'plain' },
    { text: part.startedAt === undefined ? '-' : shortDuration(at - part.startedAt) },
  ]);
  return table(columns, rows, { ...place, width: place.width - 2 });
}

function healthStyle({ health }: PartStatus): Style {
  return health === 'unhealthy' ? 'bad' : health === 'healthy' ? 'good' : 'plain';
}

function memoryText({ limit, used }: { used: number; limit: number }): string {
  return limit === 0 ? bytes(used) : `${bytes(used)} of ${bytes(limit)}`;
}

function routeTable(routes: readonly RouteStatus[], place: { width: number; ascii: boolean }): Line[] {
  const columns: Column[] = [
    { title: 'ROUTE', min: 16, yields: 1 },
    { title: 'TO', min: 12, yields: 2 },
    { title: 'STATE', min: 12, yields: 5 },
    { title: 'CERTIFICATE', min: 12, yields: 3 },
    { title: 'DNS', min: 10, yields: 4 },
  ];
  const rows = routes.map((route): Cell[] => [
    { text: route.url, style: 'bold' },
    { text: route.to.join(' ') || '-' },
    { text: route.state, style: route.isWell ? 'good' : 'warn' },
    { text: route.certificate },
    { text: route.record },
  ]);
  return table(columns, rows, { ...place, width: place.width - 2 });
}

function dataLine({ data }: ServiceStatus): Line {
  return data.flatMap(({ isThere, kind, name }, i): Piece[] => [
    piece(i === 0 ? '' : ', '),
    piece(name),
    piece(isThere ? ` (${kind})` : ` (${kind}, missing)`, isThere ? 'dim' : 'bad'),
  ]);
}

function indented(lines: readonly Line[]): Line[] {
  return lines.map((each) => [piece('  '), ...each]);
}

/** Commands to type, one line each: they are copied from here. */
export function nextLines(next: readonly string[], ascii: boolean): Line[] {
  return next.map((text, i) => cutLine(line(piece(i === 0 ? '  next: ' : '        ', 'dim'), text), 1000, ascii));
}

/** What a node did last, beside how it stands. */
export interface NodePast {
  readonly appliedAt?: Instant;
  readonly convergedAt?: Instant;
  readonly lastPassAt?: Instant;
  /** Where definitions come from: `git ~/fleet, branch main`. */
  readonly from: string;
}

const mostRows = 12;

/** The node in a few lines: what is well is counted, what is not is named. */
export function renderNodeStatus(standing: NodeStanding, past: NodePast, options: StatusOptions): Line[] {
  const { ascii, width, when } = options;
  const { at, author, commit, committedAt, fleet, message, rank, source } = standing;
  const bad = standing.rows
    .filter((row) => row.grade !== 'well')
    .sort((a, b) => severity.indexOf(a.grade) - severity.indexOf(b.grade));
  const well = standing.rows.length - bad.length;
  const says =
    bad.length === 0 && standing.besides.length === 0
      ? piece(`well: ${well} of ${standing.rows.length}`, 'good')
      : piece(`not all well: ${well} of ${standing.rows.length} are`, gradeStyle(bad[0]?.grade ?? 'waiting'));
  const checked = source.checkedAt === undefined ? '' : ` ${duration(at - source.checkedAt)} ago`;
  const applied =
    past.appliedAt === undefined
      ? 'not yet'
      : `${when(past.appliedAt)}${past.convergedAt === undefined ? ', not converged yet' : `, converged ${when(past.convergedAt)}`}`;
  const fields: (readonly [string, string | Line])[] = [
    [
      'fleet',
      line(
        fleet,
        rank === undefined ? '' : `, canary rank ${rank}`,
        piece(`  ${commitText({ commit, message, author, at: committedAt }, when)}`, 'dim'),
      ),
    ],
    [
      'source',
      line(piece(`${source.text}${checked}`, source.isWell ? 'plain' : 'bad'), piece(`  ${past.from}`, 'dim')),
    ],
    ['applied', applied],
    ...(past.lastPassAt === undefined
      ? []
      : [['last pass', `${when(past.lastPassAt)}, ${duration(at - past.lastPassAt)} ago`] as const]),
    ...bad.slice(0, mostRows).map((row) => [row.grade, gradeLine(row)] as const),
    ...(bad.length > mostRows ? [['', `${bad.length - mostRows} more: reconcile ps`] as const] : []),
    ...standing.besides.map((text) => ['', line(piece(text, 'warn'))] as const),
  ];
  return [
    line(piece(standing.node, 'bold'), '  ', says),
    ...fieldLines(fields, { width, ascii }),
    ...(standing.next === '' ? [] : [[], ...nextLines([standing.next], ascii)]),
  ];
}

function gradeLine(row: Standing): Line {
  return line(piece(row.name, 'bold'), '  ', piece(row.note, gradeStyle(row.grade)));
}
