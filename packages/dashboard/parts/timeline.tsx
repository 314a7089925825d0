import { count } from '@reconcile/core/render';
import { Cell, useCell } from '../live/store.ts';
import type { HistoryEntry } from '../model/documents.ts';
import { commitsOf, type MomentKind, momentsOf } from '../words/moments.ts';
import { fullMoment } from '../words/when.ts';

const dayMs = 86_400_000;
const width = 960;
const lanes: readonly { readonly kind: MomentKind; readonly says: string; readonly y: number }[] = [
  { kind: 'commit', says: 'commits', y: 14 },
  { kind: 'change', says: 'changes', y: 34 },
  { kind: 'repair', says: 'repairs', y: 54 },
  { kind: 'bad', says: 'failures', y: 74 },
];
const height = 104;
const left = 64;

/** The service whose events stand out: the one under the pointer or with the focus. */
export const pointedAt = new Cell('');

/** What changed in the last 24 hours, by kind, on one axis. The same is told as a list below. */
export function Timeline({ history, now }: { readonly history: readonly HistoryEntry[]; readonly now: number }) {
  const pointed = useCell(pointedAt);
  const since = now - dayMs;
  const x = (at: number) => left + ((at - since) / dayMs) * (width - left - 8);
  const moments = momentsOf(history).filter(({ at, kind }) => at >= since && kind !== 'job');
  const commits = commitsOf(history).filter(({ at }) => at >= since);
  const of = (kind: MomentKind) => moments.filter((moment) => moment.kind === kind).length;
  const label = `Last 24 hours: ${count(commits.length, 'commit')}, ${count(of('change'), 'change')}, ${count(of('repair'), 'repair')}, ${count(of('bad'), 'failure')}`;
  return (
    <svg class="timeline" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {lanes.map(({ kind, says, y }) => (
        <g key={kind}>
          <text class="axis-text" x={0} y={y + 4}>
            {says}
          </text>
          <line class="axis" x1={left} x2={width} y1={y} y2={y} />
        </g>
      ))}
      {[24, 18, 12, 6, 0].map((hours) => (
        <text
          class="axis-text"
          key={hours}
          x={x(now - hours * 3_600_000)}
          y={height - 6}
          text-anchor={hours === 24 ? 'start' : hours === 0 ? 'end' : 'middle'}
        >
          {hours === 0 ? 'now' : `${hours} h ago`}
        </text>
      ))}
      {commits.map(({ at, commit }) => (
        <path class="mark mark-commit" key={commit} d={`M${x(at)} 8l6 6l-6 6l-6-6z`}>
          <title>{`commit ${commit.slice(0, 7)}, ${fullMoment(at)}`}</title>
        </path>
      ))}
      {moments.map((moment, i) => (
        <circle
          class={`mark mark-${moment.kind}${pointed === '' || pointed === moment.service ? '' : ' dimmed'}`}
          key={`${moment.at} ${moment.slot} ${i}`}
          cx={x(moment.at)}
          cy={lanes.find(({ kind }) => kind === moment.kind)?.y ?? 0}
          r={pointed === moment.service ? 7 : 5}
        >
          <title>{`${moment.slot} ${moment.text}, ${fullMoment(moment.at)}`}</title>
        </circle>
      ))}
    </svg>
  );
}
