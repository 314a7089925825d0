import type { Standing } from '@reconcile/core/render';
import { Component } from 'preact';
import type { HealthLine } from '../live/live.ts';
import { serviceHref } from '../live/route.ts';
import { Sparkline } from './sparkline.tsx';
import { StateDot } from './state-dot.tsx';
import { pointedAt } from './timeline.tsx';

interface Row {
  readonly row: Standing;
  readonly line: HealthLine | undefined;
  /** `3d`; '' where it is not up. */
  readonly up: string;
  /** `changed 3d ago`; '' where nothing is remembered. */
  readonly changed: string;
}

/**
 * One component on one line. The whole line leads to its service; its public name leads out. Drawn again only when something of
 * it changed: there may be hundreds.
 */
export class ServiceRow extends Component<Row> {
  override shouldComponentUpdate(next: Row): boolean {
    const { changed, line, row, up } = this.props;
    return next.row !== row || next.line !== line || next.up !== up || next.changed !== changed;
  }

  override render({ changed, line, row, up }: Row) {
    const { kind, name, note, reachedAs, service, version } = row;
    const point = () => pointedAt.set(service);
    return (
      <li
        class={`row grade-${row.grade.replace(' ', '-')}`}
        onMouseEnter={point}
        onMouseLeave={() => pointedAt.set('')}
      >
        <StateDot row={row} />
        <a class="row-link" href={serviceHref(service)} data-service={service} onFocus={point}>
          {name}
        </a>
        <span class="version">
          <Version row={row} version={version} />
        </span>
        <span class="health">{kind === 'job' ? null : <Sparkline line={line} name={name} />}</span>
        <span class="up">{up === '' ? '' : `up ${up}`}</span>
        <span class="address">
          <Address of={reachedAs[0]} />
          {reachedAs.length > 1 ? ` +${reachedAs.length - 1}` : ''}
        </span>
        <span class="note" title={note}>
          {note === '' ? changed : note}
        </span>
      </li>
    );
  }
}

function Address({ of }: { readonly of: string | undefined }) {
  if (of === undefined || !isName(of)) return <>{of}</>;
  return (
    <a class="out" href={`https://${of}`} rel="noreferrer" target="_blank">
      {of}
    </a>
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
