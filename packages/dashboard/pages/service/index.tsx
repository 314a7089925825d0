import type { Explanation } from '@reconcile/core/render';
import { useAnswer } from '../../live/ask.ts';
import { clock } from '../../live/live.ts';
import { useCell } from '../../live/store.ts';
import type { ExplainDocument, HistoryEntry, ServiceDocument } from '../../model/documents.ts';
import { Logs } from '../../parts/logs.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Facts } from './facts.tsx';
import { Head } from './head.tsx';
import { Part } from './part.tsx';
import { Past } from './past.tsx';
import { pathOf } from './path.ts';
import { Routes } from './routes.tsx';
import { Why } from './why.tsx';

/** One service from all sides. */
export function ServicePage({ name }: { readonly name: string }) {
  const { problem, value } = useAnswer<ServiceDocument>(pathOf(name));
  const explained = useAnswer<ExplainDocument>(`${pathOf(name)}/explain`);
  const past = useAnswer<readonly HistoryEntry[]>(`${pathOf(name)}/history?limit=60`);
  const now = useCell(clock);
  if (value === undefined)
    return problem === undefined ? <p class="loading">Asking the agent…</p> : <Problem problem={problem} />;
  if (!('parts' in value)) {
    return (
      <>
        <h1>{name}</h1>
        <p>This service does not run on this node.</p>
      </>
    );
  }
  const explanations = explanationsOf(explained.value);
  return (
    <>
      <Head status={value} now={now} />
      <Facts status={value} now={now} />
      <section aria-labelledby="components">
        <h2 id="components">Components</h2>
        <ul class="parts">
          {value.parts.map((part) => (
            <Part key={part.slot} part={part} now={now} />
          ))}
        </ul>
      </section>
      {explanations.map((one) => (
        <Why key={one.slot} explanation={one} alone={explanations.length === 1} />
      ))}
      <Routes status={value} />
      <section aria-labelledby="logs-head">
        <h2 id="logs-head">Logs</h2>
        <Logs name={name} />
      </section>
      <Past entries={past.value ?? []} now={now} />
    </>
  );
}

function explanationsOf(value: ExplainDocument | undefined): readonly Explanation[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value as readonly Explanation[];
  return 'checks' in value ? [value as Explanation] : [];
}
