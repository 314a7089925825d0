import { duration } from '@reconcile/core/render';
import type { SlotHealth } from '../model/documents.ts';

const width = 600;
const height = 64;
/** What is shown at least: a minute of probes is not drawn as a day. */
const leastMs = 5 * 60_000;

/** At most an hour of one slot's probes: each answer a point on the line, each failure a red bar. */
export function LatencyChart({
  health,
  name,
  now,
}: {
  readonly health: SlotHealth;
  readonly name: string;
  readonly now: number;
}) {
  const { samples } = health;
  if (samples.length === 0) return null;
  const good = samples.filter(({ ok }) => ok).map(({ latencyMs }) => latencyMs);
  const sorted = [...good].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const top = Math.max(2, at(0.99) * 1.2);
  const spanMs = Math.max(leastMs, now - (samples[0]?.at ?? now));
  const x = (moment: number) => width - ((now - moment) / spanMs) * width;
  const y = (ms: number) => height - 4 - (Math.min(ms, top) / top) * (height - 10);
  const failed = samples.length - good.length;
  const said = `half of all answers within ${shown(at(0.5))}, 99 % within ${shown(at(0.99))}${failed === 0 ? '' : `, ${failed} failed`}`;
  let isDrawing = false;
  const path = samples
    .map(({ at: moment, latencyMs, ok }) => {
      if (!ok) {
        isDrawing = false;
        return '';
      }
      const point = `${isDrawing ? 'L' : 'M'}${x(moment).toFixed(1)} ${y(latencyMs).toFixed(1)}`;
      isDrawing = true;
      return point;
    })
    .join('');
  return (
    <figure class="latency">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Probes of ${name} in the last ${duration(spanMs)}: ${said}`}
        preserveAspectRatio="none"
      >
        <line class="axis" x1={0} x2={width} y1={height - 4} y2={height - 4} vector-effect="non-scaling-stroke" />
        {samples.map(({ at: moment, ok }) =>
          ok ? null : <rect class="spark-bad" key={moment} x={x(moment) - 1.5} y={0} width={3} height={height} />,
        )}
        <path class="spark-line" d={path} vector-effect="non-scaling-stroke" />
      </svg>
      <figcaption class="dim">
        last {duration(spanMs)}: {said}
      </figcaption>
    </figure>
  );
}

function shown(ms: number): string {
  return ms < 10 ? `${Math.round(ms * 10) / 10} ms` : `${Math.round(ms)} ms`;
}
