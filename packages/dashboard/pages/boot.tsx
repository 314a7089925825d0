import type { BootSlot, BootStage } from '@reconcile/core';
import { duration, stageText } from '@reconcile/core/render';
import { state } from '../live/live.ts';
import { serviceHref } from '../live/route.ts';
import { useCell } from '../live/store.ts';
import { fullMoment } from '../words/when.ts';

const width = 700;
const rowHeight = 26;

/** What this boot waited for, slot by slot. */
export function BootPage() {
  const found = useCell(state);
  if (found === undefined) return <p class="loading">Asking the agent…</p>;
  const { bootId, convergedAt, firstSeenAt, slots, stages } = found.boot;
  const ends = slots.flatMap(({ readyAt, startedAt }) => readyAt ?? startedAt ?? []);
  const last = Math.max(firstSeenAt + 1000, convergedAt ?? 0, ...ends);
  const ready = slots.filter(({ readyAt }) => readyAt !== undefined).length;
  return (
    <>
      <div class="top">
        <div>
          <h1>Boot</h1>
          <p class="dim">
            first seen {fullMoment(firstSeenAt)}, boot id {bootId.slice(0, 8)}
          </p>
        </div>
        <p>
          {convergedAt === undefined
            ? `${ready} of ${slots.length} ready, not everything is well yet`
            : `everything well after ${duration(convergedAt - firstSeenAt)}`}
        </p>
      </div>
      {slots.length === 0 ? <p class="dim">Nothing has been started since this boot.</p> : null}
      {stages.map((stage) => (
        <StageBars
          key={stage.name}
          stage={stage}
          slots={slots.filter((slot) => slot.stage === stage.name)}
          from={firstSeenAt}
          to={last}
        />
      ))}
    </>
  );
}

interface StageBarsProps {
  readonly stage: BootStage;
  readonly slots: readonly BootSlot[];
  readonly from: number;
  readonly to: number;
}

function StageBars({ from, slots, stage, to }: StageBarsProps) {
  if (slots.length === 0) return null;
  return (
    <section aria-label={`Stage ${stage.name}`}>
      <h2>{stage.name}</h2>
      <p class={stage.lateAt === undefined ? 'dim' : 'warn'}>{stageText(stage, from)}</p>
      <ul class="waterfall">
        {slots.map((slot) => (
          <Bar key={slot.slot} slot={slot} from={from} to={to} />
        ))}
      </ul>
    </section>
  );
}

function Bar({ from, slot, to }: { readonly slot: BootSlot; readonly from: number; readonly to: number }) {
  const { readyAt, slot: name, startedAt, waitedFor } = slot;
  const x = (at: number) => ((at - from) / Math.max(1, to - from)) * width;
  const begin = startedAt ?? from;
  const end = readyAt ?? to;
  const said =
    readyAt === undefined
      ? startedAt === undefined
        ? 'not started yet'
        : 'started, not ready yet'
      : `started after ${duration(begin - from)}, ready after ${duration(readyAt - from)}`;
  return (
    <li>
      <a href={serviceHref(name.split('/')[0] ?? name)}>{name}</a>
      <svg viewBox={`0 0 ${width} ${rowHeight}`} role="img" aria-label={`${name}: ${said}`} preserveAspectRatio="none">
        <rect class="bar-wait" x={0} y={10} width={Math.max(0, x(begin))} height={6} />
        {startedAt === undefined ? null : (
          <rect
            class={readyAt === undefined ? 'bar-open' : 'bar-up'}
            x={x(begin)}
            y={4}
            width={Math.max(3, x(end) - x(begin))}
            height={18}
          />
        )}
      </svg>
      <span class="dim">
        {said}
        {waitedFor === '' ? '' : `; waited for ${waitedFor}`}
      </span>
    </li>
  );
}
