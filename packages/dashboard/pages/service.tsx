import {
  authorName,
  bytes,
  type Check,
  type Explanation,
  fieldValue,
  type PartStatus,
  type ServiceStatus,
} from '@reconcile/core/render';
import { askFor, mayOperate, order } from '../live/act.ts';
import { useAnswer } from '../live/ask.ts';
import { clock, health, state } from '../live/live.ts';
import { useCell } from '../live/store.ts';
import type { ExplainDocument, HistoryEntry, ServiceDocument, SlotHealth } from '../model/documents.ts';
import { ActButton } from '../parts/button.tsx';
import { LatencyChart } from '../parts/latency.tsx';
import { Logs } from '../parts/logs.tsx';
import { Problem } from '../parts/problem.tsx';
import { Version } from '../parts/service-row.tsx';
import { StateDot } from '../parts/state-dot.tsx';
import { gradeTone } from '../words/sentence.ts';
import { ago, fullMoment, moment, span, until } from '../words/when.ts';

const pathOf = (name: string) => `/api/v1/services/${encodeURIComponent(name)}`;

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

function Head({ now, status }: { readonly status: ServiceStatus; readonly now: number }) {
  const { grade, says, service } = status;
  const overrides = useCell(state)?.overrides.filter(({ target }) => target === service) ?? [];
  const frozen = overrides.find(({ verb }) => verb === 'freeze');
  const stopped = overrides.find(({ verb }) => verb === 'stop');
  const jobs = status.parts.filter(({ kind }) => kind === 'job');
  return (
    <div class="top">
      <div>
        <p class="crumb">
          <a href="#/">All services</a>
        </p>
        <h1>
          {service} <span class={`says tone-${gradeTone(grade)}`}>{says}</span>
        </h1>
        {overrides.map(({ by, since, target, until: end, verb, why }) => (
          <p class="frozen tone-warn" key={`${verb} ${target}`}>
            <b>{verb === 'freeze' ? 'Frozen' : 'Stopped here'}</b> by {by.issuer}:{by.subject}, {ago(since, now)}
            {end === undefined ? '' : `, ends ${until(end, now)}`}
            {why === undefined ? '' : `: ${why}`}
          </p>
        ))}
      </div>
      {mayOperate() ? (
        <div class="buttons">
          <ActButton
            sure={`The containers of ${service} are started anew, one after the other.`}
            act={() => askFor(`Restart ${service}`, `${pathOf(service)}/restart`)}
          >
            Restart
          </ActButton>
          {grade === 'well' ? null : (
            <ActButton kind="main" act={() => askFor(`Retry ${service}`, `${pathOf(service)}/retry`)}>
              Retry
            </ActButton>
          )}
          {jobs.map(({ slot }) => (
            <ActButton
              key={slot}
              act={() => askFor(`Run ${slot}`, `${pathOf(service)}/run`, { job: slot.slice(service.length + 1) })}
            >
              Run {slot.slice(service.length + 1)}
            </ActButton>
          ))}
          {frozen === undefined ? (
            <ActButton
              act={() =>
                order(`Freeze ${service}`, `${pathOf(service)}/freeze`, {
                  forMs: 2 * 3_600_000,
                  why: 'from the dashboard',
                })
              }
            >
              Freeze for 2 h
            </ActButton>
          ) : (
            <ActButton act={() => order(`Thaw ${service}`, `${pathOf(service)}/thaw`)}>Thaw</ActButton>
          )}
          {stopped === undefined ? (
            <ActButton
              kind="risky"
              sure={`${service} is stopped on this node for two hours, whatever its definition says. Its data stays.`}
              act={() =>
                order(`Stop ${service}`, `${pathOf(service)}/stop`, { forMs: 2 * 3_600_000, why: 'from the dashboard' })
              }
            >
              Stop here
            </ActButton>
          ) : (
            <ActButton kind="main" act={() => order(`Start ${service}`, `${pathOf(service)}/start`)}>
              Start again
            </ActButton>
          )}
        </div>
      ) : null}
    </div>
  );
}

function Facts({ now, status }: { readonly status: ServiceStatus; readonly now: number }) {
  const { because, commit, data, dependsOn, file, neededBy, next, runs, runsSince, wantedBy, wants } = status;
  return (
    <dl class="facts">
      <dt>wants</dt>
      <dd>
        {wants}
        {wantedBy === undefined ? null : (
          <span class="dim">
            {' '}
            <code>{wantedBy.commit.slice(0, 7)}</code> “{wantedBy.message}” ({authorName(wantedBy.author)},{' '}
            {moment(wantedBy.at, now)})
          </span>
        )}
      </dd>
      <dt>runs</dt>
      <dd>
        {runs === '' ? 'nothing' : runs}
        {runsSince === undefined ? null : <span class="dim"> since {moment(runsSince, now)}</span>}
      </dd>
      {because.length === 0 ? null : (
        <>
          <dt>because</dt>
          <dd>
            {because.map((text) => (
              <p key={text}>{text}</p>
            ))}
          </dd>
        </>
      )}
      {data.length === 0 ? null : (
        <>
          <dt>data</dt>
          <dd>
            {data.map(({ isThere, kind, name }) => `${name} (${kind}${isThere ? '' : ', not there yet'})`).join(', ')}
          </dd>
        </>
      )}
      {dependsOn.length === 0 ? null : (
        <>
          <dt>depends on</dt>
          <dd>{linked(dependsOn)}</dd>
        </>
      )}
      {neededBy.length === 0 ? null : (
        <>
          <dt>needed by</dt>
          <dd>{linked(neededBy)}</dd>
        </>
      )}
      <dt>file</dt>
      <dd>
        {file} <span class="dim">@ {commit.slice(0, 7)}</span>
      </dd>
      {next.length === 0 ? null : (
        <>
          <dt>next</dt>
          <dd>
            {next.map((command) => (
              <code class="command" key={command}>
                {command}
              </code>
            ))}
          </dd>
        </>
      )}
    </dl>
  );
}

function linked(names: readonly string[]) {
  return names.map((name, i) => (
    <span key={name}>
      {i === 0 ? '' : ', '}
      <a href={`#/s/${encodeURIComponent(name)}`}>{name}</a>
    </span>
  ));
}

function Part({ now, part }: { readonly part: PartStatus; readonly now: number }) {
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

const marks: Readonly<Record<Check['verdict'], readonly [sign: string, word: string]>> = {
  ok: ['✔', 'passed'],
  no: ['✘', 'not passed'],
  wait: ['…', 'waits'],
  info: ['·', 'note'],
};

function Why({ alone, explanation }: { readonly explanation: Explanation; readonly alone: boolean }) {
  const { checks, fields, output, slot, why } = explanation;
  const id = `why-${slot.replace(/\W/g, '-')}`;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>Why {alone ? 'it is as it is' : slot}</h2>
      {why === '' ? null : <p>{why}</p>}
      <ol class="checks">
        {checks.map(({ details = [], gate, text, verdict }) => (
          <li class={`check-${verdict}`} key={gate}>
            <span class="sign" aria-hidden="true">
              {marks[verdict][0]}
            </span>
            <b>
              {gate}
              <span class="hidden">, {marks[verdict][1]}: </span>
            </b>
            <span>
              {text}
              {details.map((detail) => (
                <small key={detail}>{detail}</small>
              ))}
            </span>
          </li>
        ))}
      </ol>
      {fields.length === 0 ? null : (
        <section class="scroll" tabIndex={0} aria-label="Table of differences">
          <table>
            <thead>
              <tr>
                <th scope="col">field</th>
                <th scope="col">is</th>
                <th scope="col">wanted</th>
              </tr>
            </thead>
            <tbody>
              {fields.map(({ field, from, to }) => (
                <tr key={field}>
                  <th scope="row">{field}</th>
                  <td class="diff-from">{fieldValue(field, from)}</td>
                  <td class="diff-to">{fieldValue(field, to)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {output.lines.length === 0 ? null : (
        <>
          <p class="dim">{output.of}</p>
          <pre class="last-words">{output.lines.join('\n')}</pre>
        </>
      )}
    </section>
  );
}

function Routes({ status }: { readonly status: ServiceStatus }) {
  if (status.routes.length === 0) return null;
  return (
    <section aria-labelledby="routes">
      <h2 id="routes">Routes</h2>
      <section class="scroll" tabIndex={0} aria-label="Table of routes">
        <table>
          <thead>
            <tr>
              <th scope="col">route</th>
              <th scope="col">state</th>
              <th scope="col">to</th>
              <th scope="col">certificate</th>
              <th scope="col">DNS</th>
            </tr>
          </thead>
          <tbody>
            {status.routes.map(({ certificate, isWell, key, record, state: said, to, url }) => (
              <tr key={key}>
                <th scope="row">
                  {/^https?:/.test(url) ? (
                    <a href={url} rel="noreferrer" target="_blank">
                      {url}
                    </a>
                  ) : (
                    url
                  )}
                </th>
                <td class={isWell ? '' : 'tone-warn'}>{said}</td>
                <td>{to.join(', ')}</td>
                <td>{certificate}</td>
                <td>{record}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Past({ entries, now }: { readonly entries: readonly HistoryEntry[]; readonly now: number }) {
  return (
    <section aria-labelledby="past">
      <h2 id="past">History</h2>
      {entries.length === 0 ? (
        <p class="dim">Nothing is remembered yet.</p>
      ) : (
        <section class="scroll" tabIndex={0} aria-label="Table of history">
          <table>
            <thead>
              <tr>
                <th scope="col">when</th>
                <th scope="col">what</th>
                <th scope="col">component</th>
                <th scope="col">image</th>
                <th scope="col">commit</th>
                <th scope="col">why</th>
                <th scope="col">by</th>
              </tr>
            </thead>
            <tbody>
              {entries.map(({ at, by, commit, from, slot, to, what, why }, i) => (
                <tr key={`${at} ${slot} ${i}`}>
                  <td>
                    <time dateTime={new Date(at).toISOString()} title={fullMoment(at)}>
                      {moment(at, now)}
                    </time>
                  </td>
                  <td>{what.replace('-', ' ')}</td>
                  <td>{slot}</td>
                  <td>
                    {[from, to]
                      .filter((ref) => ref !== '')
                      .map(lastPart)
                      .join(' → ')}
                  </td>
                  <td>
                    <code>{commit.slice(0, 7)}</code>
                  </td>
                  <td>{why}</td>
                  <td>
                    {by.issuer}:{by.subject}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

function lastPart(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}
