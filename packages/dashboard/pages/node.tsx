import type { Principal } from '@reconcile/core';
import { bytes, duration } from '@reconcile/core/render';
import { mayAdminister } from '../live/act.ts';
import { useAnswer } from '../live/ask.ts';
import { clock, me, node, state } from '../live/live.ts';
import { useCell } from '../live/store.ts';
import type { AgentState } from '../model/documents.ts';
import { Waiting } from '../parts/waiting.tsx';
import { ago, fullMoment, moment, until } from '../words/when.ts';

interface AuditRow {
  readonly id: number;
  readonly at: number;
  readonly by: Principal;
  readonly via: string;
  readonly method: string;
  readonly target: string;
  readonly outcome: string;
}

/** The machine and its agent. */
export function NodePage() {
  const found = useCell(state);
  const standing = useCell(node);
  const now = useCell(clock);
  if (found === undefined || standing === undefined) return <Waiting />;
  const { overrides, problems } = found;
  return (
    <>
      <div class="top">
        <div>
          <h1>{found.node}</h1>
          <p class="dim">
            fleet {found.fleet}, agent {found.version}, process {found.pid}, follows {standing.past.from}
          </p>
        </div>
      </div>
      <Vitals state={found} now={now} />
      {Object.keys(problems).length === 0 ? null : (
        <section aria-labelledby="problems">
          <h2 id="problems">Goes without</h2>
          <ul class="plain">
            {Object.entries(problems).map(([name, { hint, message }]) => (
              <li key={name}>
                <b>{name}</b> {message} <span class="dim">{hint}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {overrides.length === 0 ? null : (
        <section aria-labelledby="overrides">
          <h2 id="overrides">Overrides</h2>
          <ul class="plain">
            {overrides.map(({ by, since, target, until: end, verb, why }) => (
              <li key={`${verb} ${target}`}>
                <b>
                  {verb} {target === '' ? 'the whole node' : target}
                </b>{' '}
                by {by.issuer}:{by.subject}, {ago(since, now)}
                {end === undefined ? ', until somebody ends it' : `, ends ${until(end, now)}`}
                {why === undefined ? '' : `: ${why}`}
              </li>
            ))}
          </ul>
        </section>
      )}
      {standing.foreign.length === 0 ? null : (
        <section aria-labelledby="foreign">
          <h2 id="foreign">Containers that are not ours</h2>
          <ul class="plain">
            {standing.foreign.map(({ name, ports, state: said }) => (
              <li key={name}>
                <code>{name}</code> {said} <span class="dim">{ports.join(', ')}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {mayAdminister() ? <Audit now={now} /> : null}
      <p class="dim">
        You are {me.value?.principal.issuer}:{me.value?.principal.subject}, {me.value?.role}.
      </p>
    </>
  );
}

function Vitals({ now, state: found }: { readonly state: AgentState; readonly now: number }) {
  const { last, passes, phase, startedAt, vitals, wakeAt } = found;
  const share = (vitals.cpuMs / Math.max(1, now - startedAt)) * 100;
  const rows: readonly (readonly [string, string])[] = [
    [
      'phase',
      found.pass === undefined
        ? phase
        : `${phase}: ${found.pass.done} of ${found.pass.of} actions, by ${found.pass.trigger}`,
    ],
    [
      'last pass',
      last === undefined
        ? 'none yet'
        : `${last.outcome}, ${ago(last.at, now)}, took ${duration(last.tookMs)}, by ${last.trigger}`,
    ],
    ['passes', String(passes)],
    ['next look', wakeAt === undefined ? 'when something changes' : until(wakeAt, now)],
    ['up', `${duration(now - startedAt)}, since ${moment(startedAt, now)}`],
    ['memory', `${bytes(vitals.rss)}, heap ${bytes(vitals.heapUsed)}`],
    ['processor', `${share < 0.1 ? share.toFixed(2) : share.toFixed(1)} % since the start`],
    [
      'event loop',
      `half within ${ms(vitals.loopDelayMs.p50)}, 99 % within ${ms(vitals.loopDelayMs.p99)}, longest ${ms(vitals.loopDelayMs.max)}`,
    ],
  ];
  return (
    <dl class="facts">
      {rows.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function Audit({ now }: { readonly now: number }) {
  const { value = [] } = useAnswer<readonly AuditRow[]>('/api/v1/audit?limit=30');
  return (
    <section aria-labelledby="audit">
      <h2 id="audit">Who did what</h2>
      {value.length === 0 ? (
        <p class="dim">Nobody has done anything through this API yet.</p>
      ) : (
        <ul class="plain">
          {value.map(({ at, by, id, method, outcome, target, via }) => (
            <li key={id}>
              <time dateTime={new Date(at).toISOString()} title={fullMoment(at)}>
                {moment(at, now)}
              </time>{' '}
              <b>
                {method} {target}
              </b>{' '}
              <span class="dim">
                {by.issuer}:{by.subject} by {via}
                {outcome === 'denied' ? ', denied' : ''}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
