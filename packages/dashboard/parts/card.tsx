import type { ComponentChildren } from 'preact';
import { askFor, mayAdminister, mayOperate } from '../live/act.ts';
import { useAnswer } from '../live/ask.ts';
import { serviceHref } from '../live/route.ts';
import type { ExplainDocument } from '../model/documents.ts';
import type { Card } from '../words/cards.ts';
import type { Tone } from '../words/sentence.ts';
import { until } from '../words/when.ts';
import { ActButton } from './button.tsx';

/** One thing that needs a person: what it is, why, and what can be done. */
export function CardView({ card, now }: { readonly card: Card; readonly now: number }) {
  switch (card.kind) {
    case 'source':
      return (
        <Box tone="warn" title="The newest definitions are not in force">
          <p>{card.message}</p>
          {card.hint === '' ? null : <p class="dim">{card.hint}</p>}
        </Box>
      );
    case 'failing':
      return (
        <Box tone="bad" title={`${card.row.name} is failing`} href={serviceHref(card.row.service)}>
          <p>{card.row.note === '' ? card.row.state : card.row.note}</p>
          <LastWords name={card.row.slot} />
          <Buttons>
            <Retry name={card.row.slot} />
            <a class="button" href={serviceHref(card.row.service)}>
              Why, and logs
            </a>
          </Buttons>
        </Box>
      );
    case 'rolled back':
      return (
        <Box tone="warn" title={`${card.row.name} was rolled back`} href={serviceHref(card.row.service)}>
          <p>
            {card.row.note}. {card.row.version} serves on.
          </p>
          <Buttons>
            <Retry name={card.row.slot} />
            <a class="button" href={serviceHref(card.row.service)}>
              Why, and logs
            </a>
          </Buttons>
        </Box>
      );
    case 'refused':
      return (
        <Box tone="warn" title={`${card.row.name} is refused`} href={serviceHref(card.row.service)}>
          <p>{card.row.note}</p>
        </Box>
      );
    case 'held':
      return (
        <Box tone="warn" title={heldTitle(card.hold.services)} href="#/plan">
          <p>{card.hold.message}</p>
          <p class="dim">
            {card.hold.data.length === 0 ? 'No data belongs to it.' : `Data is kept: ${card.hold.data.join(', ')}.`}
          </p>
          <Buttons>
            {card.hold.confirmable && mayAdminister() ? (
              <Confirm id={card.hold.id} services={card.hold.services} data={card.hold.data} />
            ) : null}
            <a class="button" href="#/plan">
              Look at the plan
            </a>
          </Buttons>
        </Box>
      );
    case 'certificate':
      return (
        <Box
          tone="warn"
          title={`The certificate of ${card.certificate.name} ends ${until(card.until, now)}`}
          href="#/certificates"
        >
          <p>{card.certificate.state}</p>
        </Box>
      );
    case 'problem':
      return (
        <Box tone="warn" title={`The agent goes without ${card.name}`}>
          <p>{card.message}</p>
          {card.hint === '' ? null : <p class="dim">{card.hint}</p>}
        </Box>
      );
  }
}

export function heldTitle(services: readonly string[]): string {
  const names =
    services.length > 4 ? `${services.slice(0, 4).join(', ')} and ${services.length - 4} more` : services.join(', ');
  return `Held back: ${names}`;
}

export function Confirm({
  data,
  id,
  services,
}: {
  readonly id: string;
  readonly services: readonly string[];
  readonly data: readonly string[];
}) {
  const kept = data.length === 0 ? '' : ` Data is kept: ${data.join(', ')}.`;
  return (
    <ActButton
      kind="risky"
      sure={`This is done once, now: ${services.join(', ')} will go.${kept}`}
      act={() => askFor(`Confirm ${id}`, '/api/v1/apply', { confirm: [id] })}
    >
      Confirm {id}
    </ActButton>
  );
}

function Retry({ name }: { readonly name: string }) {
  if (!mayOperate()) return null;
  return (
    <ActButton kind="main" act={() => askFor(`Retry ${name}`, `/api/v1/services/${encodeURIComponent(name)}/retry`)}>
      Retry
    </ActButton>
  );
}

/** The last line that it printed: often all the explanation there is. */
function LastWords({ name }: { readonly name: string }) {
  const { value } = useAnswer<ExplainDocument>(`/api/v1/services/${encodeURIComponent(name)}/explain`);
  const found = Array.isArray(value) ? value[0] : value;
  const line = found !== undefined && 'output' in found ? found.output.lines.at(-1) : undefined;
  return line === undefined ? null : <pre class="last-words">{line}</pre>;
}

function Box({
  children,
  href,
  title,
  tone,
}: {
  readonly title: string;
  readonly tone: Tone;
  readonly href?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <li class={`card tone-${tone}`}>
      <h3>{href === undefined ? title : <a href={href}>{title}</a>}</h3>
      {children}
    </li>
  );
}

function Buttons({ children }: { readonly children: ComponentChildren }) {
  return <div class="buttons">{children}</div>;
}
