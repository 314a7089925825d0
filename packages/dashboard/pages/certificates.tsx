import { useAnswer } from '../live/ask.ts';
import { clock } from '../live/live.ts';
import { useCell } from '../live/store.ts';
import type { CertificateRow } from '../model/documents.ts';
import { Problem } from '../parts/problem.tsx';
import { fullMoment, until } from '../words/when.ts';

const dayMs = 86_400_000;
const spanDays = 90;
const width = 600;
const height = 22;

/** When certificates end, and when they are renewed; what ends first comes first. */
export function CertificatesPage() {
  const now = useCell(clock);
  const { problem, value } = useAnswer<{ certificates: readonly CertificateRow[] }>('/api/v1/certificates');
  if (value === undefined)
    return problem === undefined ? <p class="loading">Asking the agent…</p> : <Problem problem={problem} />;
  const rows = [...value.certificates].sort((a, b) => endOf(a) - endOf(b));
  return (
    <>
      <div class="top">
        <div>
          <h1>Certificates</h1>
          <p class="dim">the next {spanDays} days; the mark is the renewal</p>
        </div>
      </div>
      {rows.length === 0 ? <p class="dim">No route here needs a certificate.</p> : null}
      <ul class="calendar">
        {rows.map((row) => (
          <Line key={row.name} row={row} now={now} />
        ))}
      </ul>
    </>
  );
}

function endOf({ configured }: CertificateRow): number {
  return configured?.notAfter ?? 0;
}

function Line({ now, row }: { readonly row: CertificateRow; readonly now: number }) {
  const { configured, isWell, issuer, name, renewAt, state } = row;
  const end = configured?.notAfter;
  const x = (at: number) => Math.max(0, Math.min(width, ((at - now) / (spanDays * dayMs)) * width));
  const isSoon = end !== undefined && end - now < 14 * dayMs;
  const said =
    end === undefined
      ? 'none yet'
      : `ends ${until(end, now)}${renewAt === null ? '' : `, renewed ${until(renewAt, now)}`}`;
  return (
    <li>
      <b>{name}</b>
      <span class="dim">{issuer}</span>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${name}: ${said}`} preserveAspectRatio="none">
        {[30, 60].map((days) => (
          <line class="axis" key={days} x1={x(now + days * dayMs)} x2={x(now + days * dayMs)} y1={0} y2={height} />
        ))}
        {end === undefined ? null : (
          <rect class={isSoon ? 'bar-soon' : 'bar-up'} x={0} y={6} width={Math.max(3, x(end))} height={10} />
        )}
        {renewAt === null || end === undefined ? null : (
          <rect class="bar-mark" x={x(renewAt) - 1.5} y={1} width={3} height={20} />
        )}
      </svg>
      <span title={end === undefined ? '' : fullMoment(end)}>{said}</span>
      <span class={isWell ? 'dim' : 'tone-warn'}>{state}</span>
    </li>
  );
}
