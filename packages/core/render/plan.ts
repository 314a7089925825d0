import type { Change, Hold, Plan, Wait } from '../model/plan.ts';
import { fieldText, shortRef } from './fields.ts';
import { cutLine } from './table.ts';
import { type Line, line, type Piece, pad, piece, type Style, textWidth, wrap } from './text.ts';
import { bytes, count, duration } from './units.ts';

/** What the plan alone does not know: where it comes from. */
export interface PlanMeta {
  readonly stages: readonly string[];
  readonly fromCommit?: string;
  readonly message?: string;
  readonly author?: string;
  readonly observedAgoMs?: number;
  readonly tookMs?: number;
  /** The command that applies exactly this plan. */
  readonly applyHint?: string;
}

export interface RenderOptions {
  readonly width: number;
  readonly ascii: boolean;
  readonly verbose: boolean;
}

interface Symbols {
  readonly create: string;
  readonly replace: string;
  readonly update: string;
  readonly repair: string;
  readonly remove: string;
  readonly hold: string;
  readonly wait: string;
  readonly arrow: string;
  readonly dot: string;
  readonly times: string;
}

const unicode: Symbols = {
  create: '+',
  replace: '±',
  update: '~',
  repair: '↻',
  remove: '-',
  hold: '!',
  wait: '…',
  arrow: '→',
  dot: '·',
  times: '×',
};
const plain: Symbols = {
  create: '+',
  replace: '+/-',
  update: '~',
  repair: 'r',
  remove: '-',
  hold: '!',
  wait: '.',
  arrow: '->',
  dot: '|',
  times: 'x',
};

/** The plan as the table a person decides by: what changes, why, for how long something is away, and what is kept. */
export function renderPlan(plan: Plan, meta: PlanMeta, options: RenderOptions): Line[] {
  const symbols = options.ascii ? plain : unicode;
  if (plan.changes.length === 0 && plan.held.length === 0 && plan.waiting.length === 0)
    return [convergedLine(plan, meta), ...unmanagedLines(plan, options)];
  const subjects = subjectsOf(plan.changes);
  const name = Math.min(
    28,
    Math.max(8, ...[...subjects.keys(), ...plan.waiting.map(waitName), ...plan.held.map(holdName)].map(textWidth)),
  );
  const frame: Frame = { symbols, name, options };
  const stages = stagesOf(plan, meta).map((stage) => ({
    stage,
    rows: [...subjects].flatMap(([subject, changes]) =>
      (changes[0]?.stage ?? -1) === stage.index ? subjectRows(subject, changes, frame) : [],
    ),
    waits: rootWaits(plan.waiting).filter((wait) => (wait.stage ?? -1) === stage.index),
  }));
  const all = rowLines(
    stages.flatMap((part) => part.rows),
    frame,
  );
  const lines: Line[] = [header(plan, meta, frame), []];
  let at = 0;
  for (const { stage, rows, waits } of stages) {
    lines.push(line(piece(stage.name, 'head')), ...all.slice(at, at + rows.length).flat());
    at += rows.length;
    lines.push(...waits.flatMap((wait) => waitLines(wait, frame)));
  }
  for (const hold of plan.held) lines.push(...holdLines(hold, frame));
  lines.push([], ...summary(plan, symbols), ...unmanagedLines(plan, options));
  const next = nextSteps(plan, meta);
  if (next.length > 0) lines.push([], ...next);
  if (options.verbose) lines.push([], ...actionLines(plan));
  return lines;
}

function header(plan: Plan, meta: PlanMeta, { options, symbols }: Frame): Line {
  const commit = plan.commit.slice(0, 7);
  const from =
    meta.fromCommit === undefined || meta.fromCommit === plan.commit
      ? ''
      : `${meta.fromCommit.slice(0, 7)} ${symbols.arrow} `;
  const message = meta.message === undefined ? '' : ` "${meta.message}"`;
  const author = meta.author === undefined ? '' : ` (${meta.author})`;
  const seen = meta.observedAgoMs === undefined ? '' : `  observed ${duration(meta.observedAgoMs)} ago`;
  const title = line(piece(`plan ${plan.id}`, 'bold'), `  ${plan.node}  ${from}${commit}${message}${author}`);
  const whole = [...title, piece(seen, 'dim')];
  const isTight = whole.reduce((sum, part) => sum + textWidth(part.text), 0) > options.width;
  return isTight ? cutLine(title, options.width, options.ascii) : whole;
}

function convergedLine(plan: Plan, meta: PlanMeta): Line {
  const took = meta.tookMs === undefined ? '' : `   ${duration(meta.tookMs)}`;
  return line(
    `${plan.node}  ${plan.commit.slice(0, 7)}  `,
    piece('converged', 'good'),
    `: ${countsText(plan)}`,
    piece(took, 'dim'),
  );
}

const counted: readonly [string, string][] = [
  ['service', 'service'],
  ['container', 'container'],
  ['route', 'route'],
  ['certificate', 'certificate'],
  ['record', 'record'],
];

function countsText(plan: Plan): string {
  const parts = counted.flatMap(([kind, noun]) => {
    const n = plan.counts[kind] ?? 0;
    return n === 0 ? [] : [count(n, noun)];
  });
  return parts.length === 0 ? 'nothing declared here' : parts.join(', ');
}

function stagesOf(plan: Plan, meta: PlanMeta): { index: number; name: string }[] {
  const used = new Set([...plan.changes, ...rootWaits(plan.waiting)].map((item) => item.stage ?? -1));
  const named = meta.stages.map((name, index) => ({ index, name })).filter(({ index }) => used.has(index));
  return used.has(-1) ? [...named, { index: -1, name: 'node' }] : named;
}

/** Changes of one slot read as one subject; what belongs to exactly one service's slot joins it. */
function subjectsOf(changes: readonly Change[]): Map<string, Change[]> {
  const subjects = new Map<string, Change[]>();
  const main = changes.filter((change) => change.kind === 'container' || change.kind === 'job');
  for (const change of main) subjects.set(change.slot, [...(subjects.get(change.slot) ?? []), change]);
  for (const change of changes) {
    if (change.kind === 'container' || change.kind === 'job' || isImplied(change, main)) continue;
    const home = homeOf(change, main);
    const subject = home ?? subjectName(change);
    subjects.set(subject, [...(subjects.get(subject) ?? []), change]);
  }
  return subjects;
}

/** Follows from a replacement that is shown anyway: its lease, and its route's new target. `-v` shows them as actions. */
function isImplied(change: Change, main: readonly Change[]): boolean {
  if (change.kind === 'port-lease') return true;
  if (change.kind !== 'route' || change.type !== 'update' || change.fields.some((field) => field.field !== 'targets'))
    return false;
  return main.some((other) => other.services.some((service) => change.services.includes(service)));
}

function homeOf(change: Change, main: readonly Change[]): string | undefined {
  if (change.of === undefined || change.type !== 'create') return undefined;
  const home = main.find((other) => other.slot === change.of || other.slot.startsWith(`${change.of}/`));
  return home !== undefined && (home.type === 'create' || home.type === 'replace') ? home.slot : undefined;
}

function subjectName(change: Change): string {
  const [service] = change.services;
  return change.services.length === 1 && service !== undefined ? service : change.key.slice(0, change.key.indexOf('/'));
}

interface Frame {
  readonly symbols: Symbols;
  readonly name: number;
  readonly options: RenderOptions;
}

interface Row {
  readonly symbol: Piece;
  readonly subject: string;
  readonly text: string;
  /** What it costs, in a column of its own. */
  readonly cost: string;
}

function subjectRows(subject: string, changes: readonly Change[], { symbols }: Frame): Row[] {
  const plainRow = (change: Change): Row => {
    const [text, cost] = otherText(change, symbols);
    return { symbol: symbolOf(change, symbols), subject, text, cost };
  };
  const main = changes.find((change) => change.kind === 'container' || change.kind === 'job');
  if (main === undefined) return changes.map(plainRow);
  const others = changes.filter((change) => change !== main);
  const joined = others.filter((change) => change.type === 'create' && change.kind !== 'image').map(shortName);
  const first = {
    symbol: symbolOf(main, symbols),
    subject,
    text: mainText(main, joined, symbols),
    cost: pullText(changes),
  };
  const how = strategyText(main);
  const second = how === undefined ? [] : [{ symbol: piece(''), subject: '', text: how[0], cost: how[1] }];
  return [first, ...second, ...others.filter((change) => change.type !== 'create').map(plainRow)];
}

/** Costs stand below each other where the width allows, never further right than they must; else below their text. */
function rowLines(rows: readonly Row[], frame: Frame): Line[][] {
  const lead = 2 + 3 + frame.name + 2;
  const costs = rows.filter((row) => row.cost !== '');
  const room = frame.options.width - lead - Math.max(0, ...costs.map((row) => textWidth(row.cost))) - 3;
  const column = Math.max(20, Math.min(room, Math.max(0, ...costs.map((row) => textWidth(row.text)))));
  const left = Math.max(24, frame.options.width - lead);
  const indent = ' '.repeat(lead);
  return rows.map((row) => {
    const head = [piece(pad(row.symbol.text, 3), row.symbol.style), piece(pad(row.subject, frame.name), 'bold')];
    const texts = textWidth(row.text) <= left ? [row.text] : wrap(row.text, left);
    const last = texts.at(-1) ?? '';
    const gap = ' '.repeat(Math.max(3, column - textWidth(last) + 3));
    const isBeside = row.cost !== '' && textWidth(last + gap + row.cost) <= left;
    return [
      ...texts.map((text, i) =>
        line(
          ...(i === 0 ? [piece('  '), ...head, '  '] : [indent]),
          text,
          piece(isBeside && i === texts.length - 1 ? gap + row.cost : '', 'dim'),
        ),
      ),
      ...(row.cost === '' || isBeside ? [] : [line(indent, piece(row.cost, 'dim'))]),
    ];
  });
}

function symbolOf(change: Change, symbols: Symbols): Piece {
  switch (change.type) {
    case 'create':
    case 'run':
    case 'adopt':
      return piece(symbols.create, 'add');
    case 'replace':
    case 'rebuild':
      return piece(symbols.replace, 'change');
    case 'update':
    case 'restart':
      return piece(symbols.update, 'change');
    case 'repair':
      return piece(symbols.repair, 'warn');
    case 'remove':
    case 'stop':
      return piece(symbols.remove, 'remove');
  }
}

function mainText(change: Change, joined: readonly string[], symbols: Symbols): string {
  const fields = change.fields.map((field) => fieldText(field, symbols.arrow)).join('   ');
  const { reason } = change;
  switch (change.type) {
    case 'create':
      return ['container', ...joined].join(', ');
    case 'run':
      return `job${reason.text === undefined ? '' : ` (${reason.text})`}`;
    case 'adopt':
      return 'adopt';
    case 'replace':
      return [fields === '' ? 'a new version' : fields, ...joined].join('   ');
    case 'rebuild':
      return `drift: ${reason.text ?? 'changed by hand'}, make anew${fields === '' ? '' : `   ${fields}`}`;
    case 'update':
    case 'restart':
      return `${change.type === 'restart' ? 'restart: ' : ''}${fields === '' ? (reason.text ?? reason.code) : fields}`;
    case 'repair':
      return `drift: ${reason.text ?? reasonWord(reason.code)}, ${reason.code === 'NotReady' ? 'wait until it is ready' : 'start'}`;
    case 'remove':
      return `remove container${change.keeps === undefined || change.keeps.length === 0 ? '' : `   keeps ${change.keeps.join(', ')}`}`;
    case 'stop':
      return 'stop (active = false), kept';
  }
}

function reasonWord(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

function pullText(changes: readonly Change[]): string {
  if (changes.some((change) => change.isBuilt === true)) return 'image to build';
  const pulls = changes.filter((change) => change.kind === 'image' && change.pullBytes !== undefined);
  if (pulls.length === 0) return '';
  const known = pulls.flatMap((change) => (typeof change.pullBytes === 'number' ? [change.pullBytes] : []));
  if (known.length < pulls.length) return 'image to fetch, size unknown';
  return `${bytes(known.reduce((sum, n) => sum + n, 0))} to pull`;
}

function strategyText(change: Change): [string, string] | undefined {
  if (change.strategy === undefined) return undefined;
  const { mode, why } = change.strategy;
  if (mode === 'start-first') return ['start-first: new one beside the old, gate, switch, drain', 'no downtime'];
  const about = `about ${duration(change.downtimeMs ?? 0)}`;
  return [`stop-first: ${why}`, change.parked === true ? `requests wait ${about}, none fail` : `away ${about}`];
}

function shortName(change: Change): string {
  const [, ...rest] = change.key.split('/');
  const name = rest.join('/');
  if (change.kind === 'image') return `image ${shortRef(name)}`;
  if (change.kind === 'file') return `file ${rest.slice(1).join('/')}`;
  return `${change.kind} ${change.kind === 'route' ? routeName(name) : name}`;
}

function routeName(name: string): string {
  const cut = name.indexOf('/');
  return `${name.slice(cut + 1)}:${name.slice(0, cut)}`;
}

function otherText(change: Change, symbols: Symbols): [string, string] {
  const fields = change.fields.map((field) => fieldText(field, symbols.arrow)).join('   ');
  const what = shortName(change);
  if (change.type === 'remove') return [`remove ${what}`, ''];
  if (fields !== '') return [`${what}  ${fields}`, ''];
  return [
    `${what}${change.type === 'update' ? `  ${change.reason.text ?? ''}` : ''}`.trimEnd(),
    change.kind === 'image' ? pullText([change]) : '',
  ];
}

/** A wait that only says "the other one waits" adds nothing to read. */
function rootWaits(waits: readonly Wait[]): readonly Wait[] {
  const roots = waits.filter((wait) => wait.code !== 'Reference' && wait.code !== 'StageNotReady');
  return roots.length > 0 ? roots : waits;
}

function waitName(wait: Wait): string {
  return wait.slot.includes('/') && !wait.slot.startsWith(`${wait.key.split('/')[0] ?? ''}/`)
    ? wait.slot
    : (wait.services[0] ?? wait.slot);
}

function waitLines(wait: Wait, frame: Frame): Line[] {
  const { symbols, name } = frame;
  const head = [piece(pad(symbols.wait, 3), 'warn'), piece(pad(waitName(wait), name), 'bold')];
  return reasonLines(line('  ', ...head, '  ', piece('WAITS', 'warn'), ' '), wait.message, frame);
}

/** A reason is never cut: what does not fit goes on below where it began. */
function reasonLines(head: Line, text: string, { options }: Frame): Line[] {
  const indent = head.slice(0, -2).reduce((sum, part) => sum + textWidth(part.text), 0);
  const first = head.reduce((sum, part) => sum + textWidth(part.text), 0);
  const room = Math.max(24, options.width - first);
  return wrap(text, room).map((part, i) => (i === 0 ? line(...head, part) : line(' '.repeat(indent), part)));
}

function holdName(hold: Hold): string {
  return hold.code === 'KnownBad' ? (hold.slots[0] ?? '') : '';
}

function holdLines(hold: Hold, frame: Frame): Line[] {
  const { symbols, name } = frame;
  const sign = piece(pad(symbols.hold, 3), 'bad');
  if (hold.code === 'KnownBad') {
    const slot = hold.slots[0] ?? '';
    const head = line('  ', sign, piece(pad(slot, name), 'bold'), '  ', piece('ROLLED BACK', 'bad'), ' ');
    const again = `not tried again until it changes or: reconcile retry ${hold.services[0] ?? ''}`;
    return reasonLines(head, `${hold.message.replace(`${slot} was `, '')}; ${again}`, frame);
  }
  const data = hold.data.length === 0 ? '' : `   data is kept: ${hold.data.join(', ')}`;
  const head = line('  ', sign, piece(hold.services.join(', '), 'bold'), '  ', piece(`HELD ${hold.id}`, 'bad'), '   ');
  return reasonLines(head, `${hold.message}${data}`, frame);
}

const summaryTypes: readonly Change['type'][] = [
  'create',
  'replace',
  'rebuild',
  'update',
  'restart',
  'repair',
  'run',
  'adopt',
  'stop',
  'remove',
];

function summary(plan: Plan, symbols: Symbols): Line[] {
  const main = plan.changes.filter((change) => change.kind !== 'port-lease');
  const parts = summaryTypes.flatMap((type) => {
    const n = main.filter(
      (change) => change.type === type && (change.kind === 'container' || change.kind === 'job'),
    ).length;
    return n === 0 ? [] : [`${n} ${type}`];
  });
  const others = main.filter((change) => change.kind !== 'container' && change.kind !== 'job').length;
  if (others > 0) parts.push(count(others, 'other change'));
  if (plan.held.length > 0) parts.push(`${plan.held.length} held`);
  const waits = rootWaits(plan.waiting).length;
  if (waits > 0) parts.push(`${waits} waiting`);
  const away = main.filter((change) => (change.downtimeMs ?? 0) > 0);
  const longest = Math.max(0, ...away.map((change) => change.downtimeMs ?? 0));
  const cost =
    away.length === 0
      ? ''
      : `    ${away.every((change) => change.parked) ? 'requests wait' : 'away'} about ${duration(longest)} (${away.map((change) => change.slot).join(', ')})`;
  return [line(piece(parts.join(` ${symbols.dot} `), 'bold'), cost), ...unchanged(plan)];
}

function unchanged(plan: Plan): Line[] {
  const touched = new Set([...plan.changes, ...plan.waiting].flatMap((item) => item.services));
  const rest = (plan.counts.service ?? 0) - touched.size;
  return rest > 0 ? [line(piece(`unchanged: ${count(rest, 'service')}`, 'dim'))] : [];
}

function unmanagedLines(plan: Plan, options: RenderOptions): Line[] {
  if (plan.unmanaged.length === 0) return [];
  if (options.verbose) return plan.unmanaged.map((item) => line(piece(`unmanaged: ${item.key}  ${item.why}`, 'dim')));
  const kinds = new Map<string, number>();
  for (const item of plan.unmanaged) {
    const kind = item.key.slice(0, item.key.indexOf('/'));
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const text = [...kinds]
    .sort()
    .map(([kind, n]) => count(n, kind))
    .join(', ');
  return [line(piece(`unmanaged: ${text} (nothing here runs them; -v says why)`, 'dim'))];
}

function nextSteps(plan: Plan, meta: PlanMeta): Line[] {
  const lines: Line[] = [];
  const apply = meta.applyHint ?? `reconcile apply ${plan.id}`;
  if (plan.actions.length > 0) lines.push(line(piece('apply:    ', 'dim'), apply));
  for (const hold of plan.held.filter((held) => held.confirmable))
    lines.push(line(piece('confirm:  ', 'dim'), `reconcile apply --confirm ${hold.id}`));
  if (!plan.held.some((hold) => hold.code === 'KnownBad') && plan.actions.length > 0)
    lines.push(line(piece('more:     ', 'dim'), piece('plan -v (every action), plan --diff, plan -o json', 'dim')));
  return lines;
}

function actionLines(plan: Plan): Line[] {
  const style = (phase: string): Style => (phase === 'release' || phase === 'retire' ? 'remove' : 'plain');
  return [
    line(piece('actions', 'head')),
    ...plan.actions.map((action) =>
      line(
        piece(`  ${pad(action.phase, 8)}`, 'dim'),
        piece(pad(action.verb, 8), style(action.phase)),
        action.key,
        piece(action.needs.length === 0 ? '' : `  after ${action.needs.join(', ')}`, 'dim'),
      ),
    ),
    ...plan.waiting.map((wait) => line(piece('  waits   ', 'warn'), `${wait.key}  ${wait.code}: ${wait.message}`)),
  ];
}
