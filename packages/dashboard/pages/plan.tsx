import type { Change, Plan, Wait } from '@reconcile/core';
import { bytes, count, duration, fieldValue, shortenRefs } from '@reconcile/core/render';
import { askFor, mayAdminister } from '../live/act.ts';
import { clock, plan } from '../live/live.ts';
import { serviceHref } from '../live/route.ts';
import { useCell } from '../live/store.ts';
import { ActButton } from '../parts/button.tsx';
import { Confirm, heldTitle } from '../parts/card.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { ago, until } from '../words/when.ts';

/** What a pass would do now, what it must not do without a person, and what waits. */
export function PlanPage() {
  const found = useCell(plan);
  const now = useCell(clock);
  if (found === undefined) return <Waiting />;
  const { actions, held, lookedAt, waiting } = found;
  const changes = found.changes.filter(({ kind }) => kind !== 'port-lease');
  const isConverged = changes.length === 0 && held.length === 0 && waiting.length === 0;
  return (
    <>
      <div class="top">
        <div>
          <h1>{isConverged ? 'Nothing to do' : 'Plan'}</h1>
          <p class="dim">
            {isConverged ? (
              'What runs is what is declared. '
            ) : (
              <>
                plan <code>{found.id}</code> for <code>{found.commit.slice(0, 7)}</code>,{' '}
              </>
            )}
            looked {ago(lookedAt, now)}
          </p>
        </div>
        {mayAdminister() && actions.length > 0 ? (
          <ActButton
            kind="main"
            sure={`${count(actions.length, 'action')} of plan ${found.id} are carried out now. If anything has moved since, nothing is done.`}
            act={() => askFor('Apply', '/api/v1/apply', { planId: found.id })}
          >
            Apply now
          </ActButton>
        ) : null}
      </div>
      {held.length === 0 ? null : <Holds held={held} />}
      {changes.length === 0 ? null : <Changes changes={changes} />}
      {waiting.length === 0 ? null : <Waits waiting={waiting} now={now} />}
      {found.unmanaged.length === 0 ? null : (
        <section aria-labelledby="unmanaged">
          <h2 id="unmanaged">Nothing here runs these</h2>
          <ul class="plain">
            {found.unmanaged.map(({ key, why }) => (
              <li key={key}>
                {key.replace('/', ' ')} <span class="dim">{why}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Holds({ held }: { readonly held: Plan['held'] }) {
  return (
    <section aria-labelledby="held">
      <h2 id="held">Held back</h2>
      <ul class="cards wide">
        {held.map(({ code, confirmable, data, id, keys, message, services }) => (
          <li class="card tone-warn" key={id}>
            <h3>
              {heldTitle(services)} <code>{id}</code>
            </h3>
            <p>{message}</p>
            <details>
              <summary>{count(keys.length, 'thing')}</summary>
              <p class="dim">{keys.map((key) => key.replace('/', ' ')).join(', ')}</p>
            </details>
            <p class="dim">
              {code === 'KnownBad'
                ? 'Tried again when the definition or its image changes, or by retry.'
                : data.length === 0
                  ? 'No data belongs to it.'
                  : `Data is kept: ${data.join(', ')}.`}
            </p>
            <div class="buttons">
              {confirmable && mayAdminister() ? <Confirm id={id} services={services} data={data} /> : null}
              {confirmable ? <code class="command">reconcile apply --confirm {id}</code> : null}
              {code === 'KnownBad' && services[0] !== undefined ? (
                <a class="button" href={serviceHref(services[0])}>
                  Look at {services[0]}
                </a>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

const signs: Readonly<Record<Change['type'], string>> = {
  create: '+',
  replace: '±',
  rebuild: '±',
  update: '~',
  repair: '↻',
  restart: '↻',
  remove: '−',
  stop: '−',
  run: '▸',
  adopt: '=',
};

function Changes({ changes }: { readonly changes: readonly Change[] }) {
  const longest = Math.max(0, ...changes.map(({ downtimeMs = 0 }) => downtimeMs));
  const away = changes.filter(({ downtimeMs = 0 }) => downtimeMs > 0);
  const pull = changes.reduce((sum, { pullBytes }) => sum + (pullBytes ?? 0), 0);
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">Changes</h2>
      <p class="dim">
        {away.length === 0
          ? 'No downtime.'
          : `${away.every(({ parked }) => parked) ? 'Requests wait' : 'Away'} about ${duration(longest)}: ${away.map(({ slot }) => slot).join(', ')}.`}
        {pull === 0 ? '' : ` ${bytes(pull)} to pull.`}
      </p>
      <ul class="changes">
        {changes.map((change) => (
          <li class={`change-${change.type}`} key={change.key}>
            <span class="sign" aria-hidden="true">
              {signs[change.type]}
            </span>
            <div>
              <b>{change.kind === 'container' || change.kind === 'job' ? change.slot : change.key.replace('/', ' ')}</b>{' '}
              {change.type}
              {change.reason.text === undefined ? '' : `: ${change.reason.text}`}
              <Fields change={change} />
              {change.strategy === undefined ? null : (
                <small>
                  {change.strategy.mode}: {change.strategy.why}
                  {(change.downtimeMs ?? 0) > 0
                    ? `, ${change.parked === true ? 'requests wait' : 'away'} about ${duration(change.downtimeMs ?? 0)}`
                    : ', no downtime'}
                </small>
              )}
              {(change.keeps ?? []).length === 0 ? null : <small>data is kept: {change.keeps?.join(', ')}</small>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Fields({ change }: { readonly change: Change }) {
  if (change.type === 'create' || change.fields.length === 0) return null;
  return (
    <dl class="fields">
      {change.fields.map(({ field, from, to }) => {
        const [before, after] =
          field === 'image' ? shortenRefs(String(from), String(to)) : [fieldValue(field, from), fieldValue(field, to)];
        return (
          <div key={field}>
            <dt>{field}</dt>
            <dd>
              <span class="diff-from">{before}</span> → <span class="diff-to">{after}</span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function Waits({ now, waiting }: { readonly waiting: readonly Wait[]; readonly now: number }) {
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">Waiting</h2>
      <ul class="plain">
        {waiting.map(({ code, key, message, slot, until: end }) => (
          <li key={`${code} ${key}`}>
            <b>{slot || key.replace('/', ' ')}</b> {message}
            {end === undefined ? '' : <span class="dim">, looked at again {until(end, now)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
