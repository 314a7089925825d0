import type { HealthLine } from '../live/live.ts';

const height = 20;
const step = 3;

/** One hour of probes: the line is how long answers took, red bars are those that failed, a gap is where nothing was asked. */
export function Sparkline({ line, name }: { readonly line: HealthLine | undefined; readonly name: string }) {
  const width = (line?.points.length ?? 40) * step;
  if (line === undefined || line.points.every((point) => point === null)) return <span class="spark none" />;
  const good = line.points.filter((point): point is number => point !== null && point >= 0);
  const failed = line.points.filter((point) => point === -1).length;
  const top = Math.max(4, ...good);
  const slowest = good.length === 0 ? '' : `, slowest ${Math.round(Math.max(...good))} ms`;
  const label = `${name}, last hour: ${failed === 0 ? 'every probe well' : 'probes failed'}${slowest}`;
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label} preserveAspectRatio="none">
      <path class="spark-line" d={pathOf(line.points, top)} vector-effect="non-scaling-stroke" />
      {line.points.map((point, i) =>
        point === -1 ? <rect class="spark-bad" x={i * step} y={0} width={step - 0.5} height={height} key={i} /> : null,
      )}
    </svg>
  );
}

function pathOf(points: readonly (number | null)[], top: number): string {
  let isDrawing = false;
  const parts: string[] = [];
  for (const [i, point] of points.entries()) {
    if (point === null || point < 0) {
      isDrawing = false;
      continue;
    }
    const x = i * step + step / 2;
    const y = height - 2 - (Math.min(point, top) / top) * (height - 6);
    parts.push(`${isDrawing ? 'L' : 'M'}${x} ${y.toFixed(1)}${isDrawing ? '' : 'h.01'}`);
    isDrawing = true;
  }
  return parts.join('');
}
