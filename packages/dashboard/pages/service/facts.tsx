import { authorName, type ServiceStatus } from '@reconcile/core/render';
import { moment } from '../../words/when.ts';

/** What is wanted, what runs, and why they differ. */
export function Facts({ now, status }: { readonly status: ServiceStatus; readonly now: number }) {
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
