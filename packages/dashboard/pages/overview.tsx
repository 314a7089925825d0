import { count, type Standing } from '@reconcile/core/render';
import { useMemo } from 'preact/hooks';
import { useAnswer } from '../live/ask.ts';
import { clock, health, history, node, plan, state } from '../live/live.ts';
import { Cell, useCell } from '../live/store.ts';
import type { CertificateRow, HistoryEntry, NodeDocument } from '../model/documents.ts';
import { CardView } from '../parts/card.tsx';
import { CommitStrip } from '../parts/commit-strip.tsx';
import { ServiceRow } from '../parts/service-row.tsx';
import { Timeline } from '../parts/timeline.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { cardsOf, mostCards } from '../words/cards.ts';
import { momentsOf, toldOnce } from '../words/moments.ts';
import { sentenceOf, worstByService } from '../words/sentence.ts';
import { ago, fullMoment, span } from '../words/when.ts';

export const filter = new Cell('');

const recent = 12;

/** The node at a glance: one sentence, what needs a person, everything by stage, the last day. */
export function Overview() {
  const now = useCell(clock);
  const found = useCell(node);
  const agent = useCell(state);
  const planned = useCell(plan);
  const past = useCell(history);
  const certificates = useAnswer<{ certificates: readonly CertificateRow[] }>('/api/v1/certificates');
  if (found === undefined) return <Waiting />;
  const sentence = sentenceOf(found, agent);
  const cards = cardsOf({
    node: found,
    plan: planned,
    state: agent,
    certificates: certificates.value?.certificates ?? [],
    now,
  });
  return (
    <>
      <div class="top">
        <h1 class={`sentence tone-${sentence.tone}`}>{sentence.text}</h1>
        <CommitStrip node={found} state={agent} now={now} />
      </div>
      {cards.length === 0 ? null : (
        <section aria-labelledby="needs">
          <h2 id="needs" class="hidden">
            Needs a person
          </h2>
          <ul class="cards">
            {cards.slice(0, mostCards).map((card, i) => (
              <CardView card={card} now={now} key={`${card.kind} ${i}`} />
            ))}
          </ul>
          {cards.length > mostCards ? <p class="dim">and {cards.length - mostCards} more, marked below</p> : null}
        </section>
      )}
      <Services found={found} past={past} now={now} />
      {past.length === 0 ? null : (
        <section aria-labelledby="day">
          <h2 id="day">Last 24 hours</h2>
          <Timeline history={past} now={now} />
          <Recent past={past} now={now} />
        </section>
      )}
    </>
  );
}

function Services({
  found,
  now,
  past,
}: {
  readonly found: NodeDocument;
  readonly past: readonly HistoryEntry[];
  readonly now: number;
}) {
  const text = useCell(filter);
  const lines = useCell(health);
  const changed = useMemo(() => newestBySlot(past), [past]);
  const rows = found.rows.filter((row) => matches(row, text));
  const stages = [...new Set(rows.map((row) => row.stage))];
  if (found.rows.length === 0) return <Nothing found={found} />;
  return (
    <section aria-labelledby="services">
      <div class="section-head">
        <h2 id="services">Services</h2>
        <label class="filter">
          <span class="hidden">Filter services</span>
          <input
            id="filter"
            type="search"
            placeholder="Filter  /"
            value={text}
            autocomplete="off"
            onInput={(event) => filter.set(event.currentTarget.value)}
          />
        </label>
      </div>
      {rows.length === 0 ? <p class="dim">No service matches “{text}”.</p> : null}
      {stages.map((stage) => (
        <Stage
          key={stage}
          stage={stage}
          rows={rows.filter((row) => row.stage === stage)}
          now={now}
          lines={lines}
          changed={changed}
        />
      ))}
      {found.absences.length === 0 || text !== '' ? null : (
        <p class="dim">
          Not on this node:{' '}
          {found.absences
            .map(({ node: other, service }) => (other === undefined ? service : `${service} (${other})`))
            .join(', ')}
        </p>
      )}
    </section>
  );
}

interface StageProps {
  readonly stage: string;
  readonly rows: readonly Standing[];
  readonly now: number;
  readonly lines: typeof health.value;
  readonly changed: ReadonlyMap<string, number>;
}

function Stage({ changed, lines, now, rows, stage }: StageProps) {
  const services = worstByService(rows);
  const bad = [...services.values()].filter((grade) => grade !== 'well').length;
  const noun = stage === 'jobs' ? 'job' : 'service';
  const n = stage === 'jobs' ? rows.length : services.size;
  return (
    <section
      class={`stage${rows.length > 60 ? ' long' : ''}`}
      aria-label={stage === '' ? 'Not declared any more' : `Stage ${stage}`}
    >
      <h3>
        {stage === '' ? 'not declared any more' : stage}{' '}
        <small>
          {count(n, noun)}, {bad === 0 ? 'all well' : `${bad} not well`}
        </small>
      </h3>
      <ul class="rows">
        {rows.map((row) => (
          <ServiceRow
            key={row.slot}
            row={row}
            line={lines.get(row.slot)}
            up={row.startedAt === undefined ? '' : span(now - row.startedAt)}
            changed={changedWords(changed.get(row.slot), now)}
          />
        ))}
      </ul>
    </section>
  );
}

function Nothing({ found }: { readonly found: NodeDocument }) {
  return (
    <section class="empty">
      <h2>Declare the first service</h2>
      <p>
        This node follows {found.past.from}. Put a file there and commit it: the agent sees the commit and does the
        rest, and this page shows it as it happens.
      </p>
      <pre class="example">
        {
          '# services/hello.toml\nname = "hello"\nimage = "docker.io/library/caddy:2.8"\n[[routes]]\nhostname = "hello.example.net"'
        }
      </pre>
    </section>
  );
}

function Recent({ now, past }: { readonly past: readonly HistoryEntry[]; readonly now: number }) {
  const moments = toldOnce(momentsOf(past)).slice(0, recent);
  return (
    <ol class="recent" aria-label="What changed, newest first">
      {moments.map(({ at, by, commit, kind, slot, text, times }, i) => (
        <li key={`${at} ${slot} ${i}`}>
          <time dateTime={new Date(at).toISOString()} title={fullMoment(at)}>
            {ago(at, now)}
          </time>
          <span class={`mark-key mark-${kind}`} aria-hidden="true" />
          <b>{slot}</b>{' '}
          <span class="what">
            {text}
            {times === 1 ? null : <b> ×{times}</b>}
          </span>
          <span class="dim">
            {commit.slice(0, 7)} {by}
          </span>
        </li>
      ))}
    </ol>
  );
}

function changedWords(at: number | undefined, now: number): string {
  return at === undefined ? '' : `changed ${span(now - at)} ago`;
}

function newestBySlot(past: readonly HistoryEntry[]): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const { at, slot, what } of past) {
    if (what === 'ready' || what === 'ran') continue;
    if (!newest.has(slot)) newest.set(slot, at);
  }
  return newest;
}

function matches(row: Standing, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const all =
    `${row.name} ${row.state} ${row.grade} ${row.stage} ${row.version} ${row.reachedAs.join(' ')} ${row.note}`.toLowerCase();
  return words.every((word) => all.includes(word));
}
