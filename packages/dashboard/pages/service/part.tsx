import { bytes, type PartStatus } from '@reconcile/core/render';
import { useAnswer } from '../../live/ask.ts';
import { health } from '../../live/live.ts';
import { useCell } from '../../live/store.ts';
import type { SlotHealth } from '../../model/documents.ts';
import { LatencyChart } from '../../parts/latency.tsx';
import { Version } from '../../parts/service-row.tsx';
import { StateDot } from '../../parts/state-dot.tsx';
import { span } from '../../words/when.ts';
import { pathOf } from './path.ts';

/** One component, with its probes. */
export function Part({ now, part }: { readonly part: PartStatus; readonly now: number }) {
  const { cpuPercent, container, kind, memory, name, note, probe, restarts, slot, startedAt, version } = part;
  const line = useCell(health).get(slot);
  const { value } = useAnswer<SlotHealth | null>(`${pathOf(slot)}/health`);
  return (
    <li class="part">
      <div class="part-head">
        <StateDot row={part} />
        <b>{name}</b>
        <span class="version">
          <Version row={part} version={version} />
        </span>
        {container === '' ? null : <code class="dim">{container}</code>}
      </div>
      <p class="dim">
        {[
          probe === '' ? '' : `probe ${probe}`,
          startedAt === undefined ? '' : `up ${span(now - startedAt)}`,
          kind === 'job' ? '' : `${restarts} restarts`,
          memory === undefined ? '' : `${bytes(memory.used)}${memory.limit > 0 ? ` of ${bytes(memory.limit)}` : ''}`,
          cpuPercent === undefined ? '' : `${Math.round(cpuPercent)} % processor`,
          line?.state === 'flapping' ? 'flapping' : '',
        ]
          .filter((text) => text !== '')
          .join(' · ')}
      </p>
      {note === '' ? null : <p>{note}</p>}
      {kind === 'job' || value === undefined || value === null ? null : (
        <LatencyChart health={value} name={name} now={now} />
      )}
    </li>
  );
}
