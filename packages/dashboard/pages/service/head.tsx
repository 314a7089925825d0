import type { ServiceStatus } from '@reconcile/core/render';
import { askFor, mayOperate, order } from '../../live/act.ts';
import { state } from '../../live/live.ts';
import { useCell } from '../../live/store.ts';
import { ActButton } from '../../parts/button.tsx';
import { gradeTone } from '../../words/sentence.ts';
import { ago, until } from '../../words/when.ts';
import { pathOf } from './path.ts';

/** Its name, how it is, who holds it, and what may be done. */
export function Head({ now, status }: { readonly status: ServiceStatus; readonly now: number }) {
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
