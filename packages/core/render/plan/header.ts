import type { Plan } from '../../model/plan.ts';
import { cutLine } from '../table.ts';
import { type Line, line, piece, textWidth } from '../text.ts';
import { count, duration } from '../units.ts';
import type { Frame } from './frame.ts';
import type { PlanMeta } from './options.ts';

export function header(plan: Plan, meta: PlanMeta, { options, symbols }: Frame): Line {
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

export function convergedLine(plan: Plan, meta: PlanMeta): Line {
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
