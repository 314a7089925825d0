import type { Change, Plan } from '../../model/plan.ts';
import { type Line, line, pad, piece, type Style } from '../text.ts';
import { count, duration } from '../units.ts';
import type { Symbols } from './frame.ts';
import type { PlanMeta, RenderOptions } from './options.ts';
import { rootWaits } from './troubles.ts';

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

export function summary(plan: Plan, symbols: Symbols): Line[] {
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

export function unmanagedLines(plan: Plan, options: RenderOptions): Line[] {
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

export function nextSteps(plan: Plan, meta: PlanMeta): Line[] {
  const lines: Line[] = [];
  const apply = meta.applyHint ?? `reconcile apply ${plan.id}`;
  if (plan.actions.length > 0) lines.push(line(piece('apply:    ', 'dim'), apply));
  for (const hold of plan.held.filter((held) => held.confirmable))
    lines.push(line(piece('confirm:  ', 'dim'), `reconcile apply --confirm ${hold.id}`));
  if (!plan.held.some((hold) => hold.code === 'KnownBad') && plan.actions.length > 0)
    lines.push(line(piece('more:     ', 'dim'), piece('plan -v (every action), plan --diff, plan -o json', 'dim')));
  return lines;
}

export function actionLines(plan: Plan): Line[] {
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
