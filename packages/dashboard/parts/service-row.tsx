import type { Standing } from '@reconcile/core/render';
import type { HealthLine } from '../live/live.ts';
import { serviceHref } from '../live/route.ts';
import { span } from '../words/when.ts';
import { Sparkline } from './sparkline.tsx';
import { StateDot } from './state-dot.tsx';
import { pointedAt } from './timeline.tsx';

interface Row {
  readonly row: Standing;
  readonly line: HealthLine | undefined;
  readonly now: number;
  /** When it last changed; undefined: nothing is remembered. */
  readonly changedAt: number | undefined;
}

/** One component on one line. The whole line leads to its service; its public name leads out. */
export function ServiceRow({ changedAt, line, now, row }: Row) {
  const { kind, name, note, reachedAs, service, startedAt, version } = row;
  const point = () => pointedAt.set(service);
  const [address] = reachedAs;
  return (
    <li class={`row grade-${row.grade.replace(' ', '-')}`} onMouseEnter={point} onMouseLeave={() => pointedAt.set('')}>
      <StateDot row={row} />
      <a class="row-link" href={serviceHref(service)} data-service={service} onFocus={point}>
        {name}
      </a>
      <span class="version">
        <Version row={row} version={version} />
      </span>
      <span class="health">{kind === 'job' ? null : <Sparkline line={line} name={name} />}</span>
      <span class="up">{startedAt === undefined ? '' : <>up {span(now - startedAt)}</>}</span>
      <span class="address">
        {address === undefined ? null : kind === 'job' ? (
          address
        ) : isName(address) ? (
          <a class="out" href={`https://${address}`} rel="noreferrer" target="_blank">
            {address}
          </a>
        ) : (
          address
        )}
        {reachedAs.length > 1 ? ` +${reachedAs.length - 1}` : ''}
      </span>
      <span class="note" title={note}>
        {note !== '' ? note : changedAt === undefined ? '' : `changed ${span(now - changedAt)} ago`}
      </span>
    </li>
  );
}

export function Version({ row, version }: { readonly row: Pick<Standing, 'other'>; readonly version: string }) {
  const { other } = row;
  if (other === undefined) return <>{version}</>;
  if (other.version === version) return <>{`${version}${other.is === 'bad' ? ' ↶' : ' ↻'}`}</>;
  return (
    <>
      {version} <span aria-hidden="true">{other.is === 'bad' ? '↶' : '→'}</span>
      <span class="hidden">{other.is === 'bad' ? ' instead of ' : ' becomes '}</span>{' '}
      <span class={other.is === 'bad' ? 'struck' : ''}>{other.version}</span>
    </>
  );
}

function isName(address: string): boolean {
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(address) && !/^[\d.]+$/.test(address);
}
